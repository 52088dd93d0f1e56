"""Two speeds in one series."""

from __future__ import annotations

import random

import pytest

from harness.stats.dispersion import modes


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
