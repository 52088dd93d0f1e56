"""One logged-in SSH connection: sessions, tunnels and proof of life; no commands, no files."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import paramiko

from harness.errors import LinkError
from harness.transport import watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.transport.base import LinkSettings
    from harness.transport.dial import CountedWire

# What paramiko throws when a connection or a session breaks; ValueError: closed under our hands
BROKEN = (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError, ValueError)
_ALIVE = "keepalive@openssh.com"
_CLOSE_POLL_S = 0.002
_OPEN_ATTEMPTS = 8


class SessionsRefusedError(LinkError):
    """The server gives this connection no further session (MaxSessions); another one may get it."""


class Link:
    """A paramiko transport that is watched, and closed with the hops it runs through."""

    def __init__(
        self,
        transport: paramiko.Transport,
        wire: CountedWire,
        *,
        where: str,
        below: Link | None = None,
    ) -> None:
        self.where = where
        self.why_closed = ""
        self._transport = transport
        self._wire = wire
        self._below = below
        # paramiko keeps one completion event per transport: two pings at once would mix
        self._pinging = threading.Lock()
        # dropbear (2022.83) may take the end of one session for the end of another that begins at
        # that moment, and dies of that when many do: sessions there come one after the other
        self._is_dropbear = "dropbear" in str(transport.remote_version).lower()
        self._turn = threading.RLock()
        self._must_settle = False

    def watch(self, settings: LinkSettings) -> None:
        """Begin to ping; a link that does not answer is closed within the two limits."""
        watchdog.watch(self, interval_s=settings.ping_interval_s, timeout_s=settings.ping_timeout_s)

    def received_bytes(self) -> int:
        """Return how many bytes came over the wire."""
        return self._wire.received_bytes

    def is_active(self) -> bool:
        """Say whether the connection is open as far as is known."""
        return self._transport.is_active()

    def ping(self) -> None:
        """Wait until the server answers or the link is closed."""
        with self._pinging:
            try:
                self._transport.global_request(_ALIVE, wait=True)
            except BROKEN:
                self.kill("the connection broke")

    def kill(self, why: str) -> None:
        """Close the connection at once, from any thread."""
        self.why_closed = self.why_closed or why
        self._wire.close()
        self._transport.close()

    def close(self) -> None:
        """Close the connection and those it runs through."""
        self.kill("closed")
        if self._below is not None:
            self._below.close()

    def lost(self, error: BaseException | None = None) -> LinkError:
        """Return the error that says how the link was lost."""
        words = self.why_closed or (str(error) if error else "") or "the connection was closed"
        return LinkError(
            f"the link is lost ({words})",
            where=self.where,
            do="is the board on, and the network between? a worker there ends by its own deadline",
        )

    def require(self) -> None:
        """Raise LinkError unless the server answers now."""
        if self.is_active():
            self.ping()
        if not self.is_active():
            raise self.lost()

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Hold while sessions begin and end: one thread at a time where the server needs that."""
        if not self._is_dropbear:
            yield
            return
        with self._turn:
            yield

    def session(self, timeout_s: float) -> paramiko.Channel:
        """Open a session for one command or subsystem."""
        for attempt in range(_OPEN_ATTEMPTS):
            if self._must_settle:
                self._must_settle = False
                self.require()
            try:
                return self._transport.open_session(timeout=timeout_s)
            except paramiko.ChannelException as error:
                raise SessionsRefusedError(
                    f"it refused one more session ({error.text})",
                    where=self.where,
                    do="MaxSessions of its SSH server is reached",
                ) from None
            except BROKEN as error:
                # "Unable": closed by the server while being opened, see _is_dropbear
                self.require()
                if "Unable" not in str(error) or attempt + 1 == _OPEN_ATTEMPTS:
                    words = str(error) or type(error).__name__
                    raise self._no_session(words) from None
        raise self._no_session("too many attempts")

    def _no_session(self, words: str) -> LinkError:
        return LinkError(
            f"no session could be opened ({words})", where=self.where, do="is the board overloaded?"
        )

    def retire(self, channel: paramiko.Channel, *, grace_s: float = 0.0) -> None:
        """Close a session, after the server has had `grace_s` to close it by itself."""
        with contextlib.suppress(*BROKEN):
            deadline = time.monotonic() + grace_s
            if not channel.closed and grace_s:
                channel.shutdown_write()
            while not channel.closed and self.is_active() and time.monotonic() < deadline:
                time.sleep(_CLOSE_POLL_S)
            channel.close()
        self._must_settle = self._is_dropbear

    def tunnel(self, host: str, port: int, timeout_s: float) -> paramiko.Channel:
        """Open a connection from this server on to another one."""
        try:
            return self._transport.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=timeout_s
            )
        except BROKEN as error:
            raise LinkError(
                f"cannot reach {host}:{port} from here ({error})",
                where=self.where,
                do="may this jump host forward (AllowTcpForwarding)? is the board on?",
            ) from None
