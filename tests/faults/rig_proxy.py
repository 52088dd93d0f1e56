"""A TCP proxy on 127.0.0.1 before an SSH server: cuts connections at a byte, or delays them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from tests.helpers.sshd import Server

_PIECE_BYTES = 1 << 14


@dataclass(frozen=True, kw_only=True)
class Cut:
    """After how many bytes from (`down`) or to (`up`) the server a connection is cut."""

    down: int | None = None
    up: int | None = None


@dataclass(kw_only=True)
class Proxy:
    """Serves while inside `with`: connection n is cut as `cuts[n]` says, later ones are whole."""

    server: Server
    cuts: Sequence[Cut] = ()
    delay_s: float = 0.0
    connections: int = field(default=0, init=False)
    cut: int = field(default=0, init=False)  # how many connections met their end here
    down_bytes: int = field(default=0, init=False)
    up_bytes: int = field(default=0, init=False)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            for opened in (self._listener, *self._open):
                _close(opened)

    def front(self, folder: Path) -> Server:
        """Return the server as it is reached through here; `folder` keeps its known_hosts."""
        folder.mkdir(exist_ok=True)
        return replace(self.server, port=self._listener.getsockname()[1], folder=folder)

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection((self.server.host, self.server.port), 10)
            except OSError:
                return
            for end in (near, far):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open += [near, far]
                cut = self.cuts[self.connections] if self.connections < len(self.cuts) else Cut()
                self.connections += 1
            for way in ((far, near, cut.down, "down"), (near, far, cut.up, "up")):
                threading.Thread(target=self._pass, args=way, daemon=True).start()

    def _pass(
        self, source: socket.socket, sink: socket.socket, limit: int | None, way: str
    ) -> None:
        left = limit
        with contextlib.suppress(OSError):
            while data := source.recv(_PIECE_BYTES):
                time.sleep(self.delay_s)
                whole = left is None or len(data) <= left
                data = data if whole else data[:left]
                left = None if left is None else left - len(data)
                sink.sendall(data)
                self._count(len(data), way, is_cut=not whole)
                if not whole:
                    break
        for end in (source, sink):
            _close(end)

    def _count(self, size: int, way: str, *, is_cut: bool) -> None:
        with self._lock:
            self.down_bytes += size if way == "down" else 0
            self.up_bytes += size if way == "up" else 0
            self.cut += is_cut


def _close(end: socket.socket) -> None:
    # a close alone would not wake another thread that waits in recv or accept
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
