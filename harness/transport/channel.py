"""One remote command over SSH: one reader drains both outputs, every wait has a limit."""

from __future__ import annotations

import contextlib
import select
import time
from typing import TYPE_CHECKING

from harness.errors import LinkError
from harness.transport.link import BROKEN, Link
from harness.transport.opening import Opening
from harness.transport.pump import Chunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    import paramiko


_PIECE_BYTES = 1 << 16
_SEND_WAIT_S = 0.02  # how long output may wait while the remote takes no input
_WRITE_WAIT_S = 10.0
_STATUS_POLL_S = 0.005
_CLOSE_GRACE_S = 0.5
_BEGIN_ATTEMPTS = 8


class RemoteProcess:
    """A Process on a board. An exit status of -1 is paramiko's word for: nobody knows."""

    def __init__(
        self,
        link: Link,
        argv: Sequence[str],
        stdin: bytes,
        *,
        open_timeout_s: float,
        live: bool = False,
    ) -> None:
        self.where = link.where
        self._is_live = live
        self._link = link
        self._opening = Opening()
        self._channel = _begin(link, self._opening.command(argv), open_timeout_s)
        self._stdin: memoryview | None = memoryview(stdin)
        try:
            self._descriptor = self._channel.fileno()
            self._feed()
        except BROKEN as error:
            self.close()
            raise link.lost(error) from None

    def step(self, timeout_s: float) -> Chunk | None:
        """Feed stdin, then wait for output up to `timeout_s`; None once both outputs ended."""
        channel = self._channel
        try:
            self._feed()
            if not self._ready() and not self._ended():
                self._wait(0 if self._stdin is not None else timeout_s)
            stdout = channel.recv(_PIECE_BYTES) if channel.recv_ready() else b""
            stderr = channel.recv_stderr(_PIECE_BYTES) if channel.recv_stderr_ready() else b""
        except BROKEN as error:
            if channel.closed and self._link.is_active():
                return None
            raise self._link.lost(error) from None
        own = self._opening.cut(stdout)
        if stdout or stderr or not self._ended():
            return Chunk(own, stderr)
        rest = self._opening.rest()
        return Chunk(rest, b"") if rest else None

    def _ready(self) -> bool:
        return self._channel.recv_ready() or self._channel.recv_stderr_ready()

    def _ended(self) -> bool:
        channel = self._channel
        return bool(channel.eof_received or channel.closed) and not self._ready()

    def _wait(self, timeout_s: float) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.poll(timeout_s * 1000)

    def _feed(self) -> None:
        if self._stdin is None:
            return
        channel = self._channel
        channel.settimeout(_SEND_WAIT_S)
        try:
            while self._stdin:
                sent = channel.send(bytes(self._stdin[:_PIECE_BYTES]))
                self._stdin = self._stdin[sent:]
                if self._ready():
                    return
        except TimeoutError:
            return
        except OSError:  # the command does not want the rest
            if not self._link.is_active():
                raise
        self._stdin = None
        if self._is_live:
            return
        with contextlib.suppress(OSError, EOFError):
            channel.shutdown_write()

    def write(self, data: bytes) -> None:
        """Send a few bytes at once."""
        try:
            self._channel.settimeout(_WRITE_WAIT_S)
            self._channel.sendall(data)
        except BROKEN as error:
            raise self._link.lost(error) from None

    def finish(self, timeout_s: float) -> int | None:
        """Return the exit status; None when the command was killed or the link is gone."""
        deadline = time.monotonic() + timeout_s
        while not self._channel.exit_status_ready():
            if time.monotonic() >= deadline:
                return None
            time.sleep(_STATUS_POLL_S)
        # ready: returns at once
        status = self._channel.recv_exit_status()
        return status if status >= 0 else None

    def require_link(self) -> None:
        """Raise LinkError unless the board answers."""
        self._link.require()

    def close(self) -> None:
        """Close the channel; the command goes on or not as its server decides."""
        # once its status is known the server is about to close the session itself
        known = self._channel.exit_status_ready()
        self._link.retire(self._channel, grace_s=_CLOSE_GRACE_S if known else 0.0)


def _begin(link: Link, command: str, timeout_s: float) -> paramiko.Channel:
    """Open a session and start `command` in it; LinkError.

    dropbear (seen in 2022.83) may close a new session when another one ends in the same moment.
    What it closed before it said yes to the command was not started, so that is tried again.
    """
    for _ in range(_BEGIN_ATTEMPTS):
        channel = link.session(timeout_s)
        try:
            channel.exec_command(command)
        except BROKEN:
            link.retire(channel)
            link.require()
        else:
            return channel
    raise LinkError("the server closes every new session", where=link.where, do="look into its log")
