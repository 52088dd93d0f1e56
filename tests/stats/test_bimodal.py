"""Two groups of values: found where they are, and not in noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.bimodal import MIN_VALUES, two_speeds


def test_two_speeds_are_told_by_their_distance() -> None:
    values = [math.log(ms) for ms in (10.0, 10.1, 12.1, 9.9, 12.0, 10.0, 12.2)]
    assert two_speeds(values) == pytest.approx(math.log(1.21), abs=0.005)


@pytest.mark.parametrize(
    "ms",
    [
        (10.0, 10.0, 10.0, 10.0, 20.0),  # an outlier is no group
        (10.0, 10.5, 11.0, 11.5, 12.0, 12.5),  # spread evenly
        (10.0, 12.0, 10.0, 12.0),  # too few to say
        (10.0,) * 8,
    ],
)
def test_one_group(ms: tuple[float, ...]) -> None:
    assert two_speeds([math.log(value) for value in ms]) is None


def test_noise_of_one_group_is_seldom_two() -> None:
    rng = np.random.default_rng(11)
    found = [two_speeds(rng.normal(0.0, 0.03, 15).tolist()) for _ in range(2000)]
    # and never as far apart as the rule wants it
    assert sum(apart is not None for apart in found) < 100
    assert max((apart for apart in found if apart is not None), default=0.0) < 0.1


@given(st.lists(st.floats(-50, 50), max_size=40))
def test_any_values(logs: list[float]) -> None:
    found = two_speeds(logs)
    if found is not None:
        assert len(logs) >= MIN_VALUES
        assert 0 < found <= max(logs) - min(logs) + 1e-9
