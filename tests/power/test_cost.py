"""What sampling costs: a ratio of pairs whose interval assumes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power.cost import judged, ratio, sampling_cost
from harness.power.energy import SensorReadings, board_energies
from harness.records.measurement import Energy, Status
from harness.session.sanity import COST_LISTS
from tests.power.fixtures import POWER, window


def frame(**changes: Any) -> dict[str, Any]:
    lists = dict.fromkeys(COST_LISTS, [50_000_000] * 9)
    told = {"cpu_mask": "0x2", "spare": True, "readings": 9, "fast_readings": 36}
    return {**lists, **told, "reader_cpu_ns": 450_000, "off_core_ns": 450_000_000, **changes}


def energy() -> Energy:
    idle = window(lambda _: 3.0, inferences=0)
    load = window(lambda _: 7.0, seconds=12)
    given = SensorReadings(sensor=POWER, windows=[load], idle_before=idle, idle_after=idle)
    return board_energies([given])[0]


def test_the_interval_is_that_of_the_sign_test() -> None:
    off = [100] * 9
    found = ratio(off, [101, 102, 103, 104, 105, 106, 107, 108, 190])
    # the second and the eighth of nine hold the median with 96 %
    assert (found.low, found.median, found.high) == (1.02, 1.05, 1.08)
    few = ratio([100] * 3, [101, 102, 103])
    assert (few.low, few.high) == (1.01, 1.03)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    trials = 1000
    inside = 0
    for _ in range(trials):
        off, on = (np.round(1e8 * np.exp(rng.normal(m, 0.02, 9))) for m in (0.0, np.log(1.03)))
        found = ratio([int(v) for v in off], [int(v) for v in on])
        inside += found.low <= 1.03 <= found.high
    assert 0.94 <= inside / trials <= 0.98


@given(st.lists(st.tuples(st.integers(1, 10**12), st.integers(1, 10**12)), min_size=1, max_size=50))
def test_the_median_lies_in_its_interval(pairs: list[tuple[int, int]]) -> None:
    found = ratio([off for off, _ in pairs], [on for _, on in pairs])
    assert found.low <= found.median <= found.high


def test_a_frame_becomes_a_cost() -> None:
    cost = sampling_cost(frame(on_wall_ns=[50_500_000] * 9, fast_cpu_ns=[52_000_000] * 9))
    assert (cost.pairs, cost.spare, cost.cpu_mask) == (9, True, "0x2")
    assert cost.wall.median == pytest.approx(1.01)
    assert cost.fast_cpu.median == pytest.approx(1.04)
    assert cost.cpu.median == 1.0
    assert cost.reader_cpu_ns == pytest.approx(10_000)
    assert sampling_cost(frame(readings=0, fast_readings=0)).reader_cpu_ns is None


def test_only_a_cost_that_is_surely_too_high_is_held_against_joules() -> None:
    dear = sampling_cost(frame(on_wall_ns=[51_000_000] * 9))
    (found,) = judged([energy()], dear)
    assert found.status is Status.SUSPECT
    assert found.reasons[-1].rule == "sampling"
    assert found.reasons[-1].seen == pytest.approx(0.02)
    assert found.reasons[-1].limit == 0.01
    # the unread work shared its cores: what slowed the rest is not known
    busy = sampling_cost(frame(on_wall_ns=[51_000_000] * 9, off_core_ns=500_000_000))
    assert busy.ran == pytest.approx(0.9)
    assert judged([energy()], busy) == (energy(),)
    # two of nine pairs below the limit: not sure
    torn = sampling_cost(frame(on_wall_ns=[50_100_000] * 2 + [51_000_000] * 7))
    assert judged([energy()], torn) == judged([energy()], None) == (energy(),)


def test_what_is_invalid_already_stays_so() -> None:
    from dataclasses import replace

    dear = sampling_cost(frame(on_wall_ns=[60_000_000] * 9))
    (found,) = judged([replace(energy(), status=Status.INVALID)], dear)
    assert found.status is Status.INVALID
