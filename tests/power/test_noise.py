"""Uncertainty of means: white, correlated, constant and dithered readings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power.noise import correlation, of_mean


def test_white_noise_averages_out() -> None:
    values = np.random.default_rng(1).normal(10, 0.5, 400)
    found = of_mean(values, 0.0)
    assert found.random == pytest.approx(0.5 / math.sqrt(400), rel=0.25)
    assert found.steady == 0.0


def test_correlated_readings_are_fewer_than_they_seem() -> None:
    rng = np.random.default_rng(2)
    values = np.repeat(rng.normal(10, 0.5, 40), 10)
    assert correlation(values) > 0.8
    assert of_mean(values, 0.0).random > 2.5 * of_mean(rng.permutation(values), 0.0).random


def test_a_quiet_load_keeps_the_step() -> None:
    found = of_mean(np.full(1000, 5.0), 0.4)
    assert found.random == 0.0
    assert found.steady == pytest.approx(0.4 / math.sqrt(12))
    dithered = of_mean(np.random.default_rng(3).normal(5, 0.4, 1000), 0.4)
    assert dithered.steady == 0.0
    assert dithered.random < 0.05


@given(st.lists(st.floats(-1e3, 1e3), max_size=50), st.floats(0, 1))
def test_always_finite_and_not_negative(values: list[float], quantum: float) -> None:
    found = of_mean(np.array(values), quantum)
    assert math.isfinite(found.random)
    assert found.random >= 0
    assert found.steady >= 0
