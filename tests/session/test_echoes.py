"""Echoes of a board's clock: a channel that breaks, hangs, lies, and the one after it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import CannotTellError, LinkError
from harness.session import echoes
from harness.session.echoes import BoardClock
from tests.helpers.sessions import facts, hello

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AHEAD_NS = 7_000_000_000_000


class Channel:
    """A `clock` on a board whose clock is 7,000 s ahead; `answer` may spoil its lines."""

    def __init__(self, answer: Callable[[int], bytes | None]) -> None:
        self._answer = answer
        self._asked = threading.Semaphore(0)
        self._count = 0
        self.closed = False

    def write(self, data: bytes) -> None:
        assert data == b"\n"
        if self.closed:
            raise LinkError("closed")
        self._count += 1
        self._asked.release()

    def lines(self) -> Iterator[bytes]:
        while not self.closed:
            if self._asked.acquire(timeout=0.01):
                line = self._answer(self._count)
                if line is None:
                    return
                yield line

    def close(self) -> None:
        self.closed = True


class Board:
    """What a BoardClock needs of a Ready."""

    def __init__(self, *answers: Callable[[int], bytes | None], boot: str = "b00t") -> None:
        self._answers = list(answers)
        self.channels: list[Channel] = []
        self.facts = facts(hello=hello(boot_id=boot))
        self.deployed = self
        self.runner = "/r"
        self.transport = self

    def stream(self, argv: list[str], *, live: bool) -> Channel:
        assert argv[:2] == ["/r", "clock"]
        assert live
        if not self._answers:
            raise LinkError("the board is away")
        self.channels.append(Channel(self._answers.pop(0)))
        return self.channels[-1]


def right(_count: int) -> bytes:
    return b"%d\n" % (time.monotonic_ns() + AHEAD_NS)


def clock_of(board: Any) -> BoardClock:
    return BoardClock(board)


def test_one_channel_for_all_bursts() -> None:
    board = Board(right)
    clock = clock_of(board)
    before = time.monotonic_ns()
    assert not clock.has_asked_since(before)
    clock.burst(5)
    assert clock.has_asked_since(before)
    clock.burst(5)
    value, bound = clock.offset().at(time.monotonic_ns())
    assert abs(value - AHEAD_NS) <= bound
    clock.close()
    assert [channel.closed for channel in board.channels] == [True]


@pytest.mark.parametrize("line", [b"", b"nonsense\n", b"-5\n", b"5", b"9" * 30 + b"\n", None])
def test_what_is_no_time_ends_the_channel_and_keeps_what_came_before(line: bytes | None) -> None:
    board = Board(lambda n: right(n) if n < 3 else line, right)
    clock = clock_of(board)
    clock.burst(5)
    assert not clock.has_asked_since(0)
    assert len(clock.offset().anchors) == 1
    clock.burst(1)
    assert clock.has_asked_since(0)
    assert [channel.closed for channel in board.channels] == [True, False]
    clock.close()


def test_a_channel_that_broke_since_is_replaced_at_once() -> None:
    board = Board(right, right)
    clock = clock_of(board)
    clock.burst(2)
    board.channels[0].close()
    broken_ns = time.monotonic_ns()
    clock.burst(2)
    assert clock.has_asked_since(broken_ns)
    assert len(board.channels) == 2
    clock.close()


def test_a_board_that_is_away_gives_no_offset_and_no_error() -> None:
    clock = clock_of(Board())
    clock.burst(5)
    with pytest.raises(CannotTellError, match="no echo came back"):
        clock.offset()
    clock.close()


def test_a_channel_that_hangs_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echoes, "_LIMIT_S", 0.05)
    asked = threading.Event()

    def never(_count: int) -> bytes | None:
        asked.wait(0.3)
        return None

    clock = clock_of(Board(never))
    clock.burst(1)
    assert not clock.has_asked_since(0)


def test_a_board_that_was_started_anew_counts_anew() -> None:
    clock = clock_of(Board(right))
    clock.burst(3)
    same: Any = Board(right)
    clock.renew(same)
    assert clock.offset().anchors  # a link that was lost changes no clock
    other: Any = Board(lambda _: b"%d\n" % time.monotonic_ns(), boot="another")
    clock.renew(other)
    with pytest.raises(CannotTellError):
        clock.offset()
    clock.burst(3)
    value, bound = clock.offset().at(time.monotonic_ns())
    assert abs(value) <= bound
    clock.close()
