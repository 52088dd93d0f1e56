"""Spread, two speeds, and time off the CPU."""

from __future__ import annotations

import random

import pytest

from harness.stats.dispersion import cv, modes, quartile_cv, wall_cpu_ratio


def test_cv_is_sd_over_mean() -> None:
    assert cv([1.0, 3.0]) == pytest.approx(2**0.5 / 2)
    assert cv([5.0]) == 0.0
    assert quartile_cv([5.0]) == 0.0


def test_quartile_cv_equals_cv_for_normal_values_and_ignores_outliers() -> None:
    draw = random.Random(1)
    values = [draw.gauss(100, 3) for _ in range(4000)]
    assert quartile_cv(values) == pytest.approx(0.03, rel=0.08)
    assert quartile_cv([*values, 1e6]) == pytest.approx(quartile_cv(values), rel=0.01)


def test_two_speeds_are_found() -> None:
    draw = random.Random(2)
    values = [(100 if i % 3 else 140) * draw.gauss(1, 0.004) for i in range(30)]
    found = modes(values)
    assert found is not None
    assert found.fast == pytest.approx(100, rel=0.01)
    assert found.slow == pytest.approx(140, rel=0.01)
    assert found.slow_share == pytest.approx(1 / 3)


def test_one_cloud_is_not_bimodal() -> None:
    draw = random.Random(3)
    for _ in range(300):
        assert modes([100 * draw.gauss(1, 0.02) for _ in range(20)]) is None


def test_few_outliers_are_no_second_speed() -> None:
    assert modes([100.0] * 19 + [150.0]) is None


def test_a_small_step_is_no_second_speed() -> None:
    assert modes([100.0] * 10 + [102.0] * 10) is None


def test_wall_over_cpu() -> None:
    assert wall_cpu_ratio([150, 150], [100, 100]) == pytest.approx(1.5)
    assert wall_cpu_ratio([150], []) is None
