"""Clock offsets: the stated bound holds for every delay, drift and distance from the echoes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import CannotTellError
from harness.power.meters.offset import MAX_DRIFT, Echo, between, collect, measure

_DELAYS = st.integers(0, 300_000_000)


@given(
    offset_ns=st.integers(-(10**15), 10**15),
    drift_ppm=st.integers(-500, 500),
    echoes=st.lists(st.tuples(st.integers(0, 600), _DELAYS, _DELAYS), min_size=1, max_size=12),
    asked_s=st.integers(-100, 800),
)
def test_the_truth_lies_within_the_bound(
    offset_ns: int, drift_ppm: int, echoes: list[tuple[int, int, int]], asked_s: int
) -> None:
    def truth(controller_ns: int) -> int:
        return offset_ns + controller_ns * drift_ppm // 1_000_000

    taken = []
    for start_s, out_ns, back_ns in echoes:
        sent = start_s * 10**9
        seen = sent + out_ns
        taken.append(Echo(sent_ns=sent, board_ns=seen + truth(seen), received_ns=seen + back_ns))
    found = measure(taken)
    assert not found.fault
    at = asked_s * 10**9
    value, bound = found.at(at)
    assert abs(value - truth(at)) <= bound
    # and the way back from the board's clock
    assert abs(found.controller_ns(at + truth(at)) - at) <= bound + MAX_DRIFT * 2 * 10**9 + 10
    if found.drift_ppm:
        drift, u = found.drift_ppm
        assert abs(drift - drift_ppm) <= u + 1e-3


_BURSTS = st.lists(st.tuples(st.integers(0, 600), _DELAYS, _DELAYS), min_size=1, max_size=6)
_CLOCK = st.tuples(st.integers(-(10**15), 10**15), st.integers(-240, 240), _BURSTS)


@given(board=_CLOCK, meter=_CLOCK, asked_s=st.integers(0, 600))
def test_two_boards_bounds_add_up(
    board: tuple[int, int, list[tuple[int, int, int]]],
    meter: tuple[int, int, list[tuple[int, int, int]]],
    asked_s: int,
) -> None:
    def shown(clock: tuple[int, int, object], controller_ns: int) -> int:
        return controller_ns + clock[0] + controller_ns * clock[1] // 1_000_000

    offsets = []
    for clock in (board, meter):
        sent = [(start_s * 10**9, out, back) for start_s, out, back in clock[2]]
        echoes = [
            Echo(sent_ns=t, board_ns=shown(clock, t + out), received_ns=t + out + back)
            for t, out, back in sent
        ]
        offsets.append(measure(echoes))
    found = between(*offsets)
    at = asked_s * 10**9
    value, bound = found.at(shown(meter, at))
    # where no echo is near, the bound grows by the meter's clock instead of the controller's
    assert abs(shown(meter, at) + value - shown(board, at)) <= bound + 600e9 * MAX_DRIFT**2 + 10


def test_a_fault_of_either_board_is_one_of_both() -> None:
    one = Echo(sent_ns=0, board_ns=10**12, received_ns=10**6)
    jumped = Echo(sent_ns=60 * 10**9, board_ns=5 * 10**9, received_ns=60 * 10**9 + 10**6)
    good, bad = measure([one]), measure([one, jumped])
    assert between(bad, good).fault == bad.fault
    assert between(good, bad).fault.startswith("of the meter's board: the board's clock moved")
    assert not between(good, good).fault


def test_the_quickest_echo_counts_and_half_its_way_is_the_bound() -> None:
    slow = Echo(sent_ns=0, board_ns=3_090_000_000, received_ns=100_000_000)
    quick = Echo(sent_ns=200_000_000, board_ns=3_205_000_000, received_ns=220_000_000)
    (anchor,) = measure([slow, quick]).anchors
    assert anchor.offset_ns == 2_995_000_000
    assert anchor.u_ns == pytest.approx(10_000_000, rel=1e-3)


def test_a_restart_between_two_bursts_is_seen() -> None:
    one = Echo(sent_ns=0, board_ns=10**12, received_ns=10**6)
    two = Echo(sent_ns=60 * 10**9, board_ns=5 * 10**9, received_ns=60 * 10**9 + 10**6)
    assert "a restart" in measure([one, two]).fault


def test_no_echo() -> None:
    with pytest.raises(CannotTellError, match="no echo came back"):
        measure([])


def test_over_a_real_channel() -> None:
    # another process of this machine has the same clock: the truth is 0
    code = "import time\nwhile input() != 'end': print(time.monotonic_ns(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        to, back = child.stdin, child.stdout

        def ask() -> int:
            to.write("?\n")
            return int(back.readline())

        echoes = collect(ask)
        to.write("end\n")
    value, bound = measure(echoes).at(echoes[0].sent_ns)
    assert abs(value) <= bound
