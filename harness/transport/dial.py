"""TCP connections that soon notice a dead peer; what is spoken over them is not known here."""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol

from harness.errors import LinkError

_IDLE_S, _INTERVAL_S, _COUNT = 2, 2, 3
_UNACKED_MS = 6000
_HEAD_BYTES = 256


class Wire(Protocol):
    """The part of a socket that an SSH transport uses; a channel through a jump host has it too."""

    def send(self, data: bytes, /) -> int:
        """Send some of `data` and return how much."""
        ...

    def recv(self, size: int, /) -> bytes:
        """Receive at most `size` bytes; b"" when the other side has closed."""
        ...

    def settimeout(self, value: float | None, /) -> None:
        """Limit each call."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class CountedWire:
    """A wire that counts what arrives: bytes from the board are the proof that it lives."""

    def __init__(self, inner: Wire) -> None:
        self._inner = inner
        self._closed = False  # the name under which paramiko asks a socket
        self.received_bytes = 0
        self.head = b""  # how it began: what is said instead of an SSH greeting
        self.was_hung_up = False  # by the other side

    def recv(self, size: int) -> bytes:
        """Receive and count."""
        try:
            data = self._inner.recv(size)
        except ConnectionError:
            self.was_hung_up = True
            raise
        self.was_hung_up = self.was_hung_up or not data
        self.received_bytes += len(data)
        if len(self.head) < _HEAD_BYTES:
            self.head = (self.head + data)[:_HEAD_BYTES]
        return data

    def send(self, data: bytes) -> int:
        """Send."""
        return self._inner.send(data)

    def settimeout(self, value: float | None) -> None:
        """Limit each call."""
        self._inner.settimeout(value)

    def close(self) -> None:
        """Close the wire below."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._inner.close()


def dial(host: str, port: int, timeout_s: float) -> socket.socket:
    """Connect by TCP, small packets at once, dead peers noticed by the kernel; LinkError."""
    where = f"{host}:{port}"
    try:
        wire = socket.create_connection((host, port), timeout=timeout_s)
    except TimeoutError:
        raise LinkError(
            f"no answer within {timeout_s:g} s", where=where, do="is the board on and in this net?"
        ) from None
    except ConnectionRefusedError:
        raise LinkError(
            "the connection was refused", where=where, do="does an SSH server listen on that port?"
        ) from None
    except socket.gaierror as error:
        raise LinkError(
            f"the name is not known ({error.strerror})", where=where, do="check `host:`"
        ) from None
    except (OSError, UnicodeError) as error:
        raise LinkError(f"cannot connect: {error}", where=where, do="check the network") from None
    _tune(wire)
    return wire


def _tune(wire: socket.socket) -> None:
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # names that a platform lacks are left at the kernel's default
    for name, value in (
        ("TCP_KEEPIDLE", _IDLE_S),
        ("TCP_KEEPALIVE", _IDLE_S),  # what macOS calls it
        ("TCP_KEEPINTVL", _INTERVAL_S),
        ("TCP_KEEPCNT", _COUNT),
        ("TCP_USER_TIMEOUT", _UNACKED_MS),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            with contextlib.suppress(OSError):
                wire.setsockopt(socket.IPPROTO_TCP, option, value)
