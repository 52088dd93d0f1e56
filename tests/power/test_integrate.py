"""Integration: constants, ramps, wraps, jitter and gaps, against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power.integrate import (
    Readings,
    count_inside,
    coverage,
    fault,
    inside,
    integrate,
    joules,
    longest_gap_s,
    unwrapped,
    watts,
)
from tests.power.fixtures import COUNTER, POWER, window

FINE = replace(POWER, scale=1e-6, quantum_w=0.0)


@given(
    power=st.floats(0, 100),
    slope=st.floats(-5, 5),
    seconds=st.floats(1, 20),
    jitter=st.integers(0, 2**31),
)
def test_lines_are_exact_whatever_the_times(
    power: float, slope: float, seconds: float, jitter: int
) -> None:
    rng = np.random.default_rng(jitter)
    times = np.sort(rng.uniform(-1, seconds + 1, 40))
    times = np.unique(np.concatenate(([-1.0], times, [seconds + 1.0])))
    found = integrate(times, power + slope * times, 0.0, seconds)
    assert found == pytest.approx(power * seconds + slope * seconds**2 / 2, rel=1e-9, abs=1e-6)


@given(st.floats(0.1, 100), st.floats(1, 30), st.integers(0, COUNTER.wrap_raw))
def test_power_and_counter_agree_over_any_wrap(power: float, seconds: float, start: int) -> None:
    expected = power * seconds
    flat = joules(FINE, window(lambda _: power, seconds=seconds, sensor=FINE))
    counted = joules(
        COUNTER, window(lambda _: power, seconds=seconds, sensor=COUNTER, start_raw=start)
    )
    assert flat == pytest.approx(expected, rel=1e-4)
    assert counted == pytest.approx(expected, rel=1e-4)


def test_edges_are_interpolated() -> None:
    # readings at 0, 1, 2 s with 0, 1, 2 W; the window is 0.5 to 1.5 s
    readings = Readings(
        begin_ns=500_000_000, end_ns=1_500_000_000, t_ns=(0, 10**9, 2 * 10**9), raw=(0, 1000, 2000)
    )
    assert joules(POWER, readings) == pytest.approx(1.0)
    assert count_inside(readings) == 1
    counter = replace(COUNTER, scale=1.0)
    assert joules(counter, replace(readings, raw=(0, 2, 6))) == pytest.approx(3.0)


def test_products() -> None:
    sensor = replace(POWER, kind="product", scale=1e-6)
    readings = Readings(
        begin_ns=0, end_ns=10**9, t_ns=(0, 10**9), raw=(5000, 5000), raw2=(1000, -200)
    )
    assert list(watts(sensor, readings)) == pytest.approx([5.0, -1.0])
    assert fault(sensor, replace(readings, raw2=(1,))).startswith("times and values")


def test_large_counters_keep_their_last_digits() -> None:
    assert list(unwrapped([2**60, 2**60 + 1, 2**60 + 3], 0)) == [0.0, 1.0, 3.0]
    assert list(unwrapped([9, 1, 1], 9)) == [0.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"raw": (1,)}, "differ in number"),
        ({"t_ns": (0,), "raw": (1,)}, "fewer than two"),
        ({"end_ns": 0}, "no length"),
        ({"t_ns": (5, 5)}, "do not rise"),
        ({"raw": (1, 10**30)}, "no register"),
    ],
)
def test_faults(change: dict[str, object], words: str) -> None:
    good = Readings(begin_ns=0, end_ns=10, t_ns=(0, 10), raw=(1, 2))
    assert fault(POWER, good) == ""
    assert words in fault(POWER, replace(good, **change))  # type: ignore[arg-type]


def test_gaps_and_coverage() -> None:
    readings = window(lambda _: 1.0)
    assert longest_gap_s(readings) == pytest.approx(0.1)
    assert coverage(readings) == 1.0
    keep = [i for i, t in enumerate(readings.t_ns) if not 7 * 10**9 < t < 9 * 10**9]
    holed = replace(
        readings,
        t_ns=tuple(readings.t_ns[i] for i in keep),
        raw=tuple(readings.raw[i] for i in keep),
    )
    assert longest_gap_s(holed) > 1.9
    short = replace(readings, t_ns=readings.t_ns[:60], raw=readings.raw[:60])
    assert coverage(short) == pytest.approx(0.54, abs=0.01)
    assert len(inside(COUNTER, window(lambda _: 1.0, sensor=COUNTER))) in {99, 100}
