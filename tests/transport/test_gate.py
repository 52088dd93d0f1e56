from __future__ import annotations

import contextlib
import threading
from contextlib import ExitStack

from harness.transport.gate import AT_ONCE, Gate, gate_of


def _hold(gate: Gate, threads: int) -> tuple[list[int], threading.Event, list[threading.Thread]]:
    """Let threads pass and stay; returns how many were inside at each entry, and their release."""
    inside: list[int] = []
    lock = threading.Lock()
    release = threading.Event()
    now = [0]

    def work() -> None:
        with gate.passing():
            with lock:
                now[0] += 1
                inside.append(now[0])
            release.wait(20)
            with lock:
                now[0] -= 1

    started = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for thread in started:
        thread.start()
    return inside, release, started


def _finish(release: threading.Event, started: list[threading.Thread]) -> None:
    release.set()
    for thread in started:
        thread.join(20)
    assert [thread.is_alive() for thread in started] == [False] * len(started)


def test_no_more_pass_than_there_are_places_and_all_in_the_end() -> None:
    inside, release, started = _hold(Gate(), 3 * AT_ONCE)
    _finish(release, started)
    assert len(inside) == 3 * AT_ONCE
    assert max(inside) <= AT_ONCE


def test_a_narrowed_gate_lets_one_through_at_last_and_never_none() -> None:
    gate = Gate(6)
    for _ in range(5):
        gate.narrow()
    inside, release, started = _hold(gate, 4)
    _finish(release, started)
    assert inside == [1] * 4


def test_those_inside_stay_when_the_gate_narrows() -> None:
    gate = Gate(2)
    with ExitStack() as stack:
        stack.enter_context(gate.passing())
        stack.enter_context(gate.passing())
        gate.narrow()
        inside, release, started = _hold(gate, 1)
        assert inside == []
    _finish(release, started)
    assert inside == [1]


def test_a_place_is_given_back_after_an_error() -> None:
    gate = Gate(1)
    for _ in range(3):
        with contextlib.suppress(ZeroDivisionError), gate.passing():
            _ = 1 / 0
    with gate.passing():
        pass


def test_boards_behind_one_jump_host_share_its_gate() -> None:
    assert gate_of(("jump:22",)) is gate_of(("jump:22",))
    assert gate_of(("jump:22",)) is not gate_of(("jump:2222",))
    # the same name behind a jump host is another machine
    assert gate_of(("pi:22",)) is not gate_of(("jump:22", "pi:22"))
