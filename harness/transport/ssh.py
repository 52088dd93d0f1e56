"""A board behind an SSH server: commands by exec, files by push, over one watched connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from harness.transport import login
from harness.transport.channel import RemoteProcess
from harness.transport.link import SessionsRefusedError
from harness.transport.pump import LineStream, collect
from harness.transport.push import Pusher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.records.board import BoardEntry
    from harness.transport.base import Completed, LinkSettings
    from harness.transport.link import Link

T = TypeVar("T")


class SshTransport:
    """The Transport of a remote board; connecting happens when it is made.

    A server with few sessions for one connection (MaxSessions) is given a second connection, so
    that a worker can be cancelled while its stream is read.
    """

    def __init__(self, entry: BoardEntry, settings: LinkSettings) -> None:
        self._entry = entry
        self._settings = settings
        self._link = login.connect(entry, settings)
        self._pusher = Pusher(self._link, settings.command_timeout_s)
        self._second: Link | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Run a command to its end; LinkError when the link is lost or the time is over."""

        def run_over(link: Link) -> Completed:
            with link.turn():
                return collect(_start(link, argv, stdin, timeout_s), argv, timeout_s)

        return self._over_any(run_over)

    def stream(self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False) -> LineStream:
        """Start a command whose lines are read as they come."""

        def stream_over(link: Link) -> LineStream:
            with link.turn():
                process = _start(link, argv, stdin, self._settings.command_timeout_s, live=live)
            return LineStream(process, argv)

        return self._over_any(stream_over)

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Bring `data` to `path`, verified there; PushError, or LinkError when the link is lost."""

        def put_over(link: Link) -> None:
            own = link is self._link
            pusher = self._pusher if own else Pusher(link, self._settings.command_timeout_s)
            with link.turn():
                pusher.put(data, path, mode)

        self._over_any(put_over)

    def close(self) -> None:
        """Close the connection; what runs on the board goes on."""
        with self._lock:
            self._is_closed = True
            if self._second is not None:
                self._second.close()
        self._link.close()

    def _over_any(self, act: Callable[[Link], T]) -> T:
        try:
            return act(self._link)
        except SessionsRefusedError:
            return act(self._second_link())

    def _second_link(self) -> Link:
        with self._lock:
            if self._is_closed:
                raise self._link.lost()
            if self._second is None or not self._second.is_active():
                self._second = login.connect(self._entry, self._settings)
            return self._second


def _start(
    link: Link, argv: Sequence[str], stdin: bytes, timeout_s: float, *, live: bool = False
) -> RemoteProcess:
    return RemoteProcess(link, argv, stdin, open_timeout_s=timeout_s, live=live)
