from __future__ import annotations

import socket

import pytest

from harness.errors import LinkError
from harness.transport.dial import CountedWire, dial
from tests.helpers.sshd import free_port


def test_small_packets_leave_at_once_and_dead_peers_are_noticed() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        dial("127.0.0.1", server.getsockname()[1], 5) as wire,
    ):
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def test_a_refused_port_says_so() -> None:
    with pytest.raises(LinkError, match="refused") as caught:
        dial("127.0.0.1", free_port(), 5)
    assert caught.value.where.startswith("127.0.0.1:")
    assert caught.value.do


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid"])
def test_an_unknown_name_says_so(host: str) -> None:
    with pytest.raises(LinkError):
        dial(host, 22, 5)


def test_arriving_bytes_are_counted() -> None:
    here, there = socket.socketpair()
    with here, there:
        wire = CountedWire(here)
        there.sendall(b"12345")
        assert wire.recv(3) == b"123"
        assert wire.recv(9) == b"45"
        assert wire.received_bytes == 5


def test_how_it_began_and_who_hung_up_is_kept() -> None:
    here, there = socket.socketpair()
    with here, there:
        wire = CountedWire(here)
        there.sendall(b"Exceeded " + b"x" * 1000)
        while wire.received_bytes < 1009:
            wire.recv(4096)
        assert wire.head == b"Exceeded " + b"x" * 247
        assert not wire.was_hung_up
        there.close()
        assert wire.recv(1) == b""
        assert wire.was_hung_up
