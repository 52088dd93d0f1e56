"""F02, on the link itself: how soon a lost board is noticed by whoever waits for it.

With the settings that users have. Three links to each of two servers wait in three ways: for lines
of a stream, for the end of a command, for a big file to be taken.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.faults.rig import Room
from tests.helpers import sshd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.transport.base import Transport
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

PROMISE_S = 15.0
WAITS = ("stream", "run", "put")
MBIT = 20  # so that a file of 64 MB is under way for long enough
BIG = b"x" * (64 << 20)


@dataclass(kw_only=True)
class Waiter:
    """A thread that waits for a board in one of `WAITS`, and when and how it heard of the loss."""

    server: Server
    way: str
    transport: Transport = field(init=False)
    error: BaseException | None = None
    ended_s: float = 0.0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.transport = open_transport(self.server.entry(), self.server.settings())
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        try:
            if self.way == "stream":
                talk = "while echo line; do sleep 0.1; done"
                list(self.transport.stream(["sh", "-c", talk]).lines())
            elif self.way == "run":
                self.transport.run(["sleep", "300"], timeout_s=200)
            else:
                self.transport.put(BIG, str(self.server.folder / "big"))
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        self.ended_s = time.monotonic()


@contextmanager
def _waiters() -> Iterator[tuple[Room, dict[str, Server], list[Waiter]]]:
    with Room(net=True) as room, ExitStack() as stack:
        servers = {"OpenSSH": room.enter(sshd.openssh()), "dropbear": room.enter(sshd.dropbear())}
        room.slow(MBIT)
        found = [Waiter(server=server, way=way) for server in servers.values() for way in WAITS]
        for waiter in found:
            stack.callback(waiter.transport.close)
        time.sleep(1.5)  # pings have come and gone, the files are half way
        assert [w.way for w in found if not w.thread.is_alive()] == [], [w.error for w in found]
        yield room, servers, found


@contextmanager
def _good_link(server: Server) -> Iterator[list[float]]:
    """Keep a link to a healthy server busy; yields the seconds that each of its commands took."""
    took_s: list[float] = []
    stop = threading.Event()
    errors: list[BaseException] = []
    transport = open_transport(server.entry(), server.settings())

    def work() -> None:
        try:
            while not stop.wait(0.1):
                begin_s = time.monotonic()
                assert transport.run(["echo", "ok"]).stdout == b"ok\n"
                took_s.append(time.monotonic() - begin_s)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield took_s
    stop.set()
    thread.join(30)
    transport.close()
    assert errors == []


def _noticed(found: list[Waiter], begin_s: float) -> dict[tuple[str, str], float]:
    for waiter in found:
        waiter.thread.join(max(0.1, begin_s + 2 * PROMISE_S - time.monotonic()))
    assert [(w.server.kind, w.way) for w in found if w.thread.is_alive()] == []
    for waiter in found:
        assert isinstance(waiter.error, LinkError), repr(waiter.error)
        assert waiter.error.do
    return {(w.server.kind, w.way): w.ended_s - begin_s for w in found}


def _drop(room: Room, servers: dict[str, Server]) -> None:
    room.drop()


def _hang(room: Room, servers: dict[str, Server]) -> None:
    for server in servers.values():
        server.signal_children(signal.SIGSTOP)


def _kill(room: Room, servers: dict[str, Server]) -> None:
    for server in servers.values():
        server.signal_children(signal.SIGKILL)


@pytest.mark.parametrize(
    ("injure", "words"),
    [
        (_drop, "packets dropped"),
        (_hang, "server hung (SIGSTOP)"),
        (_kill, "server's session killed"),
    ],
    ids=["drop", "hang", "kill"],
)
def test_a_lost_board_is_noticed_in_time_by_all_who_wait(
    openssh_server: Server, injure: Callable[[Room, dict[str, Server]], None], words: str
) -> None:
    with _waiters() as (room, servers, found), _good_link(openssh_server) as took_s:
        begin_s = time.monotonic()
        injure(room, servers)
        seconds = _noticed(found, begin_s)
        if injure is _drop:
            room.mend()
        while len(took_s) < 5 and time.monotonic() < begin_s + PROMISE_S:
            time.sleep(0.1)
        assert len(took_s) >= 5
        for server in servers.values():
            again = open_transport(server.entry(), server.settings())
            assert again.run(["echo", "ok"]).stdout == b"ok\n"
            again.close()
    assert max(seconds.values()) < PROMISE_S, seconds
    assert max(took_s) < 5.0
    for name, server in servers.items():
        mine = {way: seconds[server.kind, way] for way in WAITS}
        shown = ", ".join(f"{way} {value:.1f} s" for way, value in mine.items())
        saw = f"{words}: {shown}; {len(took_s)} commands of another link went on meanwhile"
        witness("F02", on=name, saw=saw, noticed_s=max(mine.values()))
