"""What each set-up resolves: the document says what the function says, and the judge agrees."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.power.energy import energies
from harness.power.meters.joined import sensor_file
from harness.power.meters.meter import Traits
from harness.power.setups import (
    BOARD_NOISE_W,
    SETUPS,
    Setup,
    cheapest,
    smallest_net_w,
    table,
    u_mean_w,
)
from harness.records.meter import MeterEntry
from tests.power.fixtures import noisy, window

DOCUMENT = Path(__file__).parents[2] / "docs" / "POWER.md"
STEADY = Traits(
    scope="wall", gain=0.0, quantum_w=0.0, period_ms=1000, lag_ms=0, minimum_window_s=60.0
)


def test_the_document_has_this_table() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8")


def test_three_groups_from_cheap_to_dear() -> None:
    groups = list(dict.fromkeys(s.group for s in SETUPS))
    assert groups == ["1 smart plug", "2 DC side", "3 laboratory"]
    assert {s.traits.scope for s in SETUPS if s.group == "2 DC side"} == {"board"}


def test_a_mean_of_readings_that_remember() -> None:
    # s * sqrt(2 tau / T) is the limit for quick readings: 0.08 W, 1 s of memory, 60 s
    quick = u_mean_w(replace(STEADY, period_ms=10), 0.0)
    assert quick == pytest.approx(BOARD_NOISE_W * math.sqrt(2 / 60), rel=0.01)
    assert u_mean_w(replace(STEADY, period_ms=10), 0.0, 240.0) == pytest.approx(quick / 2, rel=0.01)
    # reading ten times as often is no gain worth the name
    assert u_mean_w(replace(STEADY, period_ms=100), 0.0) == pytest.approx(quick, rel=0.01)


def test_a_step_that_no_noise_dithers_stays() -> None:
    coarse = u_mean_w(replace(STEADY, quantum_w=1.0), 0.0, 1e6)
    assert coarse == pytest.approx(1 / math.sqrt(12), rel=1e-3)
    assert u_mean_w(replace(STEADY, quantum_w=0.1), 0.0, 1e6) < 1e-3


@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: s.name)
def test_three_uncertainties_exactly(setup: Setup) -> None:
    net_w = smallest_net_w(setup)
    traits = setup.traits
    u_w = math.hypot(math.sqrt(2) * u_mean_w(traits, setup.noise_w), traits.gain * net_w)
    assert net_w == pytest.approx(3 * u_w)
    assert smallest_net_w(setup, 0.05) > net_w


def test_a_gain_beyond_the_share_is_never_enough() -> None:
    poor = replace(SETUPS[0], entry=MeterEntry(kind="tasmota", target="x", gain=0.06))
    assert smallest_net_w(poor, 0.05) == math.inf
    assert smallest_net_w(poor) < math.inf


@pytest.mark.parametrize("setup", SETUPS[1:4], ids=lambda s: s.name)
def test_the_judge_of_measurements_agrees(setup: Setup) -> None:
    """Simulated at twice and at half of the smallest net watts: resolved, and not resolved."""
    traits = setup.traits
    sensor = replace(sensor_file("meter", traits), scale=1e-3)
    sigma_w = math.hypot(BOARD_NOISE_W, setup.noise_w)
    rng = np.random.default_rng(5)

    def is_resolved(net_w: float) -> bool:
        period_s = traits.period_ms / 1e3

        def readings(watts: float) -> object:
            drawn = noisy(watts, rng, sigma_w=sigma_w, period_s=period_s)
            return window(drawn, seconds=60.0, period_s=period_s, sensor=sensor)

        # one window of idleness, as the table has it
        found = energies(sensor, [readings(5.0 + net_w)], readings(5.0), None)  # type: ignore[list-item,arg-type]
        return found.energy_net_j is not None

    smallest = smallest_net_w(setup)
    assert sum(is_resolved(2 * smallest) for _ in range(20)) >= 16
    assert sum(is_resolved(0.5 * smallest) for _ in range(20)) <= 4


def test_the_cheapest_that_fits() -> None:
    first = cheapest(None)
    assert first is not None
    assert first.group == "1 smart plug"
    small = cheapest(0.5, "wall")
    assert small is not None
    assert "tenths" in small.name
    dc = cheapest(0.5, "board")
    assert dc is not None
    assert dc.group == "2 DC side"
    assert cheapest(0.001) is None
    assert cheapest(5.0, "module") is None
