"""A bridge's ratio and line against truths that are known, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.errors import CannotTellError
from harness.power.bridge import MIN_LEVELS, Pair, bridge, limit
from harness.power.energy import energies
from harness.records.bridge import Source
from harness.records.codec import from_json, to_json
from harness.records.measurement import Reason, Status
from tests.power.bridged import LOADS, METER, NAMES, OWN, Drawn, drawn, pairs
from tests.power.fixtures import POWER, noisy, window

if TYPE_CHECKING:
    from harness.power.integrate import Readings

TRUE_RATIO = 1 / 0.85
# whose gain and whose noise decide: the plug's, noise, gains alone, a laboratory's meter
REGIMES = {
    "plug": (0.02, 0.03, (0.02, 0.06)),
    "noise": (0.001, 0.001, (0.03, 0.15)),
    "gain": (0.02, 0.03, (0.002, 0.004)),
    "laboratory": (0.02, 0.002, (0.02, 0.02)),
}


def trial(
    rng: np.random.Generator, gains: tuple[float, float], noise_w: tuple[float, float]
) -> tuple[float, float, bool]:
    """Error of the ratio, its stated u (k = 2), and whether the line covers 10 W of the sensor."""
    own, meter = replace(OWN, gain=gains[0]), replace(METER, gain=gains[1])
    of = drawn(own, rng), drawn(meter, rng)
    found = bridge(NAMES, own, meter, pairs(rng, own=own, meter=meter, of=of, noise_w=noise_w))
    assert found.line is not None
    line, x = found.line, 10.0 * of[0].gain + of[0].zero_w
    meter_says = of[1].gain * (1.2 + 10.0 / 0.85) + of[1].zero_w
    noise = line.var_a + 2 * x * line.cov_ab + x * x * line.var_b + line.spread_w**2
    is_covered = abs(line.a_w + line.b * x - meter_says) <= 2 * math.sqrt(noise)
    return found.ratio - TRUE_RATIO, found.u_ratio, is_covered


@pytest.mark.parametrize("regime", REGIMES)
def test_two_hundred_bridges_cover_the_truth(regime: str) -> None:
    own, meter, noise_w = REGIMES[regime]
    rng = np.random.default_rng(11)
    found = [trial(rng, (own, meter), noise_w) for _ in range(200)]
    assert sum(abs(error) <= u for error, u, _ in found) >= 182
    assert sum(covers for *_, covers in found) >= 182


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_two_thousand_bridges_cover_the_truth(regime: str) -> None:
    own, meter, noise_w = REGIMES[regime]
    rng = np.random.default_rng(12)
    found = [trial(rng, (own, meter), noise_w) for _ in range(2000)]
    covered = sum(abs(error) <= u for error, u, _ in found) / len(found)
    assert 0.935 <= covered <= 0.985
    empirical = float(np.std([error for error, *_ in found]))
    stated = float(np.mean([u for _, u, _ in found])) / 2
    assert 0.7 <= stated / empirical <= 2.0


def test_gain_does_not_average_out() -> None:
    rng = np.random.default_rng(1)
    few, many = (
        bridge(NAMES, OWN, METER, pairs(rng, loads=loads, noise_w=(0.001, 0.001)))
        for loads in (
            {"a": 10.0},
            {f"{n}": 6.0 + 0.5 * n for n in range(20)},
        )
    )
    gains = 2 * math.hypot(OWN.gain, METER.gain)
    for found in (few, many):
        assert found.u_ratio / found.ratio == pytest.approx(gains, rel=0.05)
        assert found.u_ratio_noise < 0.05 * found.u_ratio


def test_shared_idle_is_no_better_for_many_loads() -> None:
    rng = np.random.default_rng(2)
    loads = {f"{n}": 8.0 for n in range(16)}
    found = bridge(NAMES, OWN, METER, pairs(rng, loads=loads, noise_w=(0.05, 0.05)))
    # the noise of idle, of both sides, on 3 W net: all loads have it in common
    idle = 2 * math.hypot(0.05 * found.ratio, 0.05) / 3.0
    assert found.u_ratio_noise > 0.95 * idle


def test_what_is_stored_comes_back() -> None:
    found = bridge(NAMES, OWN, METER, pairs(np.random.default_rng(3)))
    assert from_json(type(found), to_json(found)) == found
    assert (found.board_id, found.own.scope, found.meter.scope) == ("id-orin", "module", "wall")
    assert [level.load for level in found.levels] == ["idle", *LOADS]


def test_a_line_that_the_levels_do_not_bear_is_refused_with_words() -> None:
    def bent(own_w: float) -> float:
        return own_w + 0.09 * (own_w - 5.0) ** 2

    noise_w = (0.002, 0.002)
    found = bridge(NAMES, OWN, METER, pairs(np.random.default_rng(4), true=bent, noise_w=noise_w))
    assert found.line is None
    assert "does not follow the sensor in a straight line" in found.line_refused
    # the ratio says by how much a single load may lie off it
    one = pairs(np.random.default_rng(4), true=bent, noise_w=noise_w)[0]
    assert one.own.energy_net_j is not None
    assert one.meter.energy_net_j is not None
    alone = one.meter.energy_net_j / one.own.energy_net_j
    assert abs(alone - found.ratio) < found.u_ratio_noise


def test_a_small_bend_widens_instead() -> None:
    def bent(own_w: float) -> float:
        return 1.2 + own_w / 0.85 + 0.008 * (own_w - 5.0) * (14.0 - own_w)

    found = bridge(
        NAMES, OWN, METER, pairs(np.random.default_rng(5), true=bent, noise_w=(0.002, 0.002))
    )
    assert found.line is not None
    assert found.line.chi_square > limit(found.line.degrees)
    off = max(
        abs(level.meter_w - found.line.a_w - found.line.b * level.own_w) for level in found.levels
    )
    assert 0.5 * off < found.line.spread_w < 2 * off


def test_two_levels_are_a_ratio_and_no_line() -> None:
    found = bridge(NAMES, OWN, METER, pairs(np.random.default_rng(6), loads={"all": 12.0}))
    assert found.line is None
    assert f"only 2 levels of load that noise can tell apart, {MIN_LEVELS}" in found.line_refused
    assert found.ratio == pytest.approx(TRUE_RATIO, rel=0.05)


def test_loads_that_noise_cannot_tell_apart_are_one_level() -> None:
    loads = {"a": 12.0, "b": 12.02, "c": 12.04}
    found = bridge(NAMES, OWN, METER, pairs(np.random.default_rng(7), loads=loads))
    assert "only 2 levels" in found.line_refused


def test_other_windows_are_no_pair() -> None:
    (one, *rest) = pairs(np.random.default_rng(8))
    moved = replace(one.meter, windows_ns=((5, 60_000_000_005),))
    found = bridge(NAMES, OWN, METER, [Pair(load="x", own=one.own, meter=moved), *rest])
    assert [level.load for level in found.levels] == ["idle", *list(LOADS)[1:]]


@pytest.mark.parametrize("side", ["own", "meter"])
def test_without_net_watts_there_is_no_bridge(side: str) -> None:
    reason = Reason(rule="V21", words="too few readings in the window")
    spoiled = [
        replace(
            pair, **{side: replace(getattr(pair, side), status=Status.INVALID, reasons=(reason,))}
        )
        for pair in pairs(np.random.default_rng(9))
    ]
    with pytest.raises(CannotTellError, match="too few readings in the window") as caught:
        bridge(NAMES, OWN, METER, spoiled)
    assert "longer windows" in str(caught.value)


def test_nothing_measured_is_said() -> None:
    with pytest.raises(CannotTellError, match="nothing was measured"):
        bridge(NAMES, OWN, METER, [])


def test_a_source_without_any_uncertainty_has_no_line() -> None:
    exact = Source(name="x", scope="module", gain=0.0)
    perfect = Source(name="y", scope="wall", gain=0.0)
    same = pairs(np.random.default_rng(10), own=exact, meter=perfect, noise_w=(0.0, 0.0))
    found = bridge(NAMES, exact, perfect, same)
    assert found.line is None
    assert "no weight" in found.line_refused
    assert found.ratio == pytest.approx(TRUE_RATIO)


def test_limits_of_chi_square() -> None:
    # tables: 6.63, 9.21, 15.09 once in a hundred for 1, 2 and 5 degrees
    assert limit(1) == pytest.approx(6.63, rel=0.02)
    assert limit(2) == pytest.approx(9.21, rel=0.02)
    assert limit(5) == pytest.approx(15.09, rel=0.01)


def test_a_gain_of_one_side_moves_the_ratio_as_much() -> None:
    quiet = (1e-6, 1e-6)
    rng = np.random.default_rng(0)
    found = bridge(NAMES, OWN, METER, pairs(rng, of=(Drawn(), Drawn(gain=1.03)), noise_w=quiet))
    assert found.ratio / TRUE_RATIO == pytest.approx(1.03, rel=1e-4)


OWN_SENSOR = replace(POWER, id=OWN.name)
PLUG = replace(
    POWER, id=METER.name, scope="wall", quantum_w=METER.offset_w, gain=METER.gain, period_ms=1000
)


def read_trial(rng: np.random.Generator) -> tuple[float, float]:
    """Error and u of a ratio from readings: both see one wandering power, each with its noise."""
    sides = (
        (OWN_SENSOR, drawn(OWN, rng), 0.1, lambda watts: watts),
        (PLUG, drawn(METER, rng), 1.0, lambda watts: 1.2 + watts / 0.85),
    )

    def readings(watts: float) -> list[Readings]:
        power, steps = noisy(watts, rng), int(61.5 / 0.1)
        truth = [power(0.0) for _ in range(steps)]
        found = []
        for sensor, sees, period_s, told in sides:
            own_noise = noisy(0.0, rng, sigma_w=0.02, tau_s=0.2, period_s=period_s)

            def at(t: float, sees: Drawn = sees, told: Any = told, more: Any = own_noise) -> float:
                true_w = truth[min(max(round((t + 0.5) / 0.1), 0), steps - 1)]
                return float(sees.gain * told(true_w) + sees.zero_w + more(t))

            found.append(window(at, seconds=60.0, period_s=period_s, sensor=sensor))
        return found

    before, after = readings(5.0), readings(5.0)
    taken = {name: readings(watts) for name, watts in LOADS.items()}
    both = [
        Pair(
            load=name,
            own=energies(OWN_SENSOR, [two[0]], before[0], after[0]),
            meter=energies(PLUG, [two[1]], before[1], after[1]),
        )
        for name, two in taken.items()
    ]
    found = bridge(NAMES, OWN, METER, both)
    return found.ratio - TRUE_RATIO, found.u_ratio


@pytest.mark.slow
def test_bridges_from_readings_cover_the_truth() -> None:
    rng = np.random.default_rng(14)
    found = [read_trial(rng) for _ in range(200)]
    assert sum(abs(error) <= u for error, u in found) >= 182
    stated = float(np.mean([u for _, u in found])) / 2
    assert 0.7 <= stated / float(np.std([error for error, _ in found])) <= 2.0
