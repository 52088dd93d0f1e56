"""Uncertainty of means: white, correlated, constant and dithered readings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power.noise import long_run, of_mean, step_left
from tests.power.sim.truth import ou


def test_white_noise_averages_out() -> None:
    values = np.random.default_rng(1).normal(10, 0.5, 400)
    found = of_mean([values], 0.0)
    assert found.random == pytest.approx(0.5 / math.sqrt(400), rel=0.25)
    assert found.steady == 0.0


def test_correlated_readings_are_fewer_than_they_seem() -> None:
    rng = np.random.default_rng(2)
    values = np.repeat(rng.normal(10, 0.5, 40), 10)
    assert of_mean([values], 0.0).random > 2.5 * of_mean([rng.permutation(values)], 0.0).random


def test_short_windows_do_not_hide_how_slow_the_noise_is() -> None:
    # a second of correlation, windows of ten: the mean of each window takes much of it away
    keep = math.exp(-0.1)
    true = 0.08**2 * (1 + keep) / (1 - keep)
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found.append(long_run([ou(rng, 100, keep, 0.08) for _ in range(5)])[0])
    assert np.mean(found) == pytest.approx(true, rel=0.2)


def test_what_is_slower_than_a_window_shows_between_windows() -> None:
    rng = np.random.default_rng(5)
    flat = [rng.normal(5 + level, 0.01, 100) for level in (0.0, 0.3, -0.2, 0.1, -0.2)]
    assert of_mean(flat, 0.0).random > 0.08


def test_a_quiet_load_keeps_the_step() -> None:
    found = of_mean([np.full(1000, 5.0)], 0.4)
    assert found.random == 0.0
    assert found.steady == pytest.approx(0.4 / math.sqrt(12))
    dithered = of_mean([np.random.default_rng(3).normal(5, 0.4, 1000)], 0.4)
    assert dithered.steady < 1e-6
    assert dithered.random < 0.05


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.3, 0.45])
def test_what_noise_leaves_of_a_step(noise: float) -> None:
    """Against rounding itself: error of the mean over all places of a step, and its scatter."""
    places = np.linspace(0, 1, 200, endpoint=False)
    draws = np.random.default_rng(7).normal(0, noise, 20_000)
    rounded = np.round(places[:, None] + draws)
    left = float(np.sqrt(np.mean((rounded.mean(axis=1) - draws.mean() - places) ** 2)))
    shown = float(np.sqrt(np.mean(rounded.var(axis=1))))
    assert step_left(shown * 0.4, 0.4) == pytest.approx(0.4 * left, rel=0.1, abs=0.001)


@given(st.floats(0, 10), st.floats(0, 10))
def test_a_step_never_leaves_more_than_a_still_load_has(spread: float, quantum: float) -> None:
    assert 0 <= step_left(spread, quantum) <= quantum / math.sqrt(12) * (1 + 1e-9)


@given(
    st.lists(st.lists(st.floats(-1e3, 1e3), max_size=40).map(np.array), max_size=4),
    st.floats(0, 1),
)
def test_always_finite_and_not_negative(windows: list[np.ndarray], quantum: float) -> None:
    found = of_mean(windows, quantum)
    assert math.isfinite(found.random)
    assert found.random >= 0
    assert found.steady >= 0
