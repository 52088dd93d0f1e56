"""Energy of items: the truth lies within its uncertainty, and what is not known is not said."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.power.energy import SensorReadings, board_energies, energies, minimum_window_s
from harness.power.integrate import Readings
from harness.records.measurement import Status
from tests.power.fixtures import COUNTER, POWER, noisy, window


def idle(watts: float, **keys: float) -> Readings:
    return window(lambda _: watts, inferences=0, **keys)  # type: ignore[arg-type]


def rules(energy: object) -> list[str]:
    return [reason.rule for reason in energy.reasons]  # type: ignore[attr-defined]


def test_constant_load() -> None:
    load = window(lambda _: 6.0, seconds=12)
    found = energies(POWER, [load, load], idle(4.0), idle(4.0))
    assert (found.status, found.reasons) == (Status.OK, ())
    assert found.energy_j == pytest.approx(6.0 * 24)
    assert found.energy_net_j == pytest.approx(2.0 * 24)
    assert found.inferences == 200
    assert found.inferences_per_joule == pytest.approx(200 / 144)
    assert found.inferences_per_joule_net == pytest.approx(200 / 48)
    assert found.idle_w == pytest.approx(4.0)
    assert found.active_w == pytest.approx(6.0)
    assert found.u_net_j is not None
    # gross feels gain of all watts and the sensor's zero, net only of the difference
    assert found.u_j > found.u_net_j > 2 * 0.02 * 48
    assert found.windows_ns[0] == (load.begin_ns, load.end_ns)


def test_the_truth_lies_within_two_sigma() -> None:
    rng = np.random.default_rng(4)
    misses = {"gross": 0, "net": 0}
    trials = 60
    for _ in range(trials):
        windows = [window(noisy(5.9, rng), seconds=10) for _ in range(3)]
        before, after = (window(noisy(5.0, rng), seconds=10) for _ in range(2))
        found = energies(replace(POWER, gain=0.0), windows, before, after)
        misses["gross"] += abs(found.energy_j - 5.9 * 30) > found.u_j
        if found.energy_net_j is not None and found.u_net_j is not None:
            misses["net"] += abs(found.energy_net_j - 0.9 * 30) > found.u_net_j
    assert misses["gross"] <= trials * 0.1
    assert misses["net"] <= trials * 0.15


def test_not_resolved_has_an_upper_bound_only() -> None:
    rng = np.random.default_rng(5)
    found = energies(
        POWER,
        [window(noisy(5.02, rng))],
        window(noisy(5.0, rng)),
        window(noisy(5.0, rng)),
    )
    assert found.status is Status.OK
    assert "not resolved" in rules(found)
    assert (found.energy_net_j, found.u_net_j, found.inferences_per_joule_net) == (None,) * 3
    assert found.energy_net_upper_j is not None
    assert found.energy_net_upper_j > 0.02 * 10


def test_idle_drift_is_suspect_and_has_no_net() -> None:
    found = energies(POWER, [window(lambda _: 9.0)], idle(4.0), idle(5.0))
    assert found.status is Status.SUSPECT
    assert "idle drift" in rules(found)
    assert found.energy_net_j is None
    assert found.energy_j > 0


def test_work_below_idle_is_invalid() -> None:
    found = energies(POWER, [window(lambda _: 3.0)], idle(5.0), idle(5.0))
    assert found.status is Status.INVALID
    assert rules(found)[-1] == "V21"


def test_labels_of_short_windows_and_missing_idle() -> None:
    found = energies(POWER, [window(lambda _: 6.0, seconds=3)], None, None)
    assert found.status is Status.OK
    assert rules(found) == ["indicative", "idle"]
    assert found.energy_net_j is None
    one_side = energies(POWER, [window(lambda _: 6.0)], idle(4.0), None)
    assert one_side.energy_net_j == pytest.approx(20.0)


def test_counters() -> None:
    load = window(lambda _: 20.0, sensor=COUNTER, start_raw=COUNTER.wrap_raw - 10_000_000)
    rest = window(lambda _: 5.0, sensor=COUNTER, inferences=0)
    found = energies(COUNTER, [load], rest, rest)
    assert found.energy_j == pytest.approx(200.0, rel=1e-3)
    assert found.energy_net_j == pytest.approx(150.0, rel=1e-3)
    assert found.status is Status.OK


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (window(lambda _: 6.0, seconds=0.8), "too few readings"),
        (replace(window(lambda _: 6.0), t_ns=window(lambda _: 6.0).t_ns[:-1]), "differ in number"),
        (replace(window(lambda _: 6.0), end_ns=16_500_000_000), "do not cover"),
        (window(lambda t: 6.0 if t < 5 else 1e6), "impossible"),
        (window(lambda _: 6.0, period_s=0.7), "gap"),
        (window(lambda _: 6.0, inferences=0), "no inference"),
        (window(lambda _: 0.0), "not positive"),
    ],
)
def test_invalid(broken: Readings, words: str) -> None:
    found = energies(POWER, [broken], idle(4.0), idle(4.0))
    assert found.status is Status.INVALID
    assert words in " ".join(reason.words for reason in found.reasons)
    assert found.energy_net_j is None
    assert math.isfinite(found.inferences_per_joule)


def test_totals_add_rails_that_are_all_there() -> None:
    rails = [
        replace(
            POWER, id=name, scope="rails", total="chip:A+B", total_scope="module", quantum_w=0.4
        )
        for name in ("A", "B")
    ]

    def rail(index: int, watts: float, rest: float) -> SensorReadings:
        sensor = rails[index]
        return SensorReadings(
            sensor=sensor,
            windows=[window(lambda _: watts, sensor=sensor)],
            idle_before=window(lambda _: rest, sensor=sensor),
            idle_after=window(lambda _: rest, sensor=sensor),
        )

    # neither rail alone need be resolved for the sum to be
    total, a, b = board_energies([rail(0, 2.0, 1.2), rail(1, 6.0, 4.0)])
    assert (total.source, total.scope) == ("chip:A+B", "module")
    assert total.energy_j == pytest.approx(a.energy_j + b.energy_j)
    assert total.u_j < a.u_j + b.u_j
    assert total.energy_net_j == pytest.approx(28.0)
    assert a.scope == "rails"
    absent = SensorReadings(sensor=rails[1], windows=[])
    assert [one.source for one in board_energies([rail(0, 2.0, 1.2), absent])] == ["A"]


def test_minimum_window() -> None:
    assert minimum_window_s([]) == 0
    assert minimum_window_s([POWER, replace(POWER, period_ms=1000)]) == 12.0


def test_no_window_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="energy_absent"):
        energies(POWER, [], None, None)


READINGS = st.builds(
    Readings,
    begin_ns=st.integers(0, 10**9),
    end_ns=st.integers(0, 10**10),
    t_ns=st.lists(st.integers(-(10**20), 10**20), max_size=30).map(tuple),
    raw=st.lists(st.integers(-(10**40), 10**40), max_size=30).map(tuple),
    inferences=st.integers(0, 100),
)


@given(READINGS, st.none() | READINGS, st.sampled_from([POWER, COUNTER]))
@settings(max_examples=200, deadline=None)
def test_any_readings_end_in_a_finite_verdict(
    readings: Readings, rest: Readings | None, sensor: object
) -> None:
    found = energies(sensor, [readings], rest, rest)  # type: ignore[arg-type]
    for value in (found.energy_j, found.u_j, found.active_w, found.inferences_per_joule):
        assert math.isfinite(value)
