"""A board behind an SSH server: commands by exec, files by push, over one watched connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.transport import login
from harness.transport.channel import RemoteProcess
from harness.transport.pump import LineStream, collect
from harness.transport.push import Pusher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.board import BoardEntry
    from harness.transport.base import Completed, LinkSettings


class SshTransport:
    """The Transport of a remote board; connecting happens when it is made."""

    def __init__(self, entry: BoardEntry, settings: LinkSettings) -> None:
        self._settings = settings
        self._link = login.connect(entry, settings)
        self._pusher = Pusher(self._link, settings.command_timeout_s)

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Run a command to its end; LinkError when the link is lost or the time is over."""
        with self._link.turn():
            return collect(self._start(argv, stdin, timeout_s), argv, timeout_s)

    def stream(self, argv: Sequence[str], *, stdin: bytes = b"") -> LineStream:
        """Start a command whose lines are read as they come."""
        with self._link.turn():
            process = self._start(argv, stdin, self._settings.command_timeout_s)
        return LineStream(process, argv)

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Bring `data` to `path`, verified there; PushError, or LinkError when the link is lost."""
        with self._link.turn():
            self._pusher.put(data, path, mode)

    def close(self) -> None:
        """Close the connection; what runs on the board goes on."""
        self._link.close()

    def _start(self, argv: Sequence[str], stdin: bytes, timeout_s: float) -> RemoteProcess:
        return RemoteProcess(self._link, argv, stdin, open_timeout_s=timeout_s)
