"""The quarter + trend rule on the series of the fact sheet."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.steady import steadiness


def series(shape: str, draw: random.Random) -> list[float]:
    def level(i: int) -> float:
        if shape == "never":
            return 1 + 0.12 * i / 200
        if shape == "throttle":
            return 1.1 if i >= 140 else 1.0
        if shape == "warm":
            return 1 + 0.15 * math.exp(-i / 15)
        return 1.0

    return [1e6 * level(i) * draw.gauss(1, 0.004) for i in range(200)]


@pytest.mark.parametrize(
    ("shape", "least", "most"),
    [("flat", 0.97, 1.0), ("warm", 0.85, 1.0), ("never", 0.0, 0.05), ("throttle", 0.0, 0.3)],
)
def test_share_called_steady(shape: str, least: float, most: float) -> None:
    draw = random.Random(11)
    share = sum(steadiness(series(shape, draw)).is_steady for _ in range(60)) / 60
    assert least <= share <= most


def test_reason_is_in_words() -> None:
    found = steadiness([1.0] * 20 + [1.1] * 20)
    assert not found.is_steady
    assert "second half" in found.words or "warming" in found.words


def test_warm_up_is_counted() -> None:
    found = steadiness([2.0] * 5 + [1.0] * 35)
    assert found.is_steady
    assert found.dropped == 5


def test_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        steadiness([])


@given(st.lists(st.floats(1e-3, 1e12), min_size=1, max_size=60))
def test_never_drops_more_than_half(values: list[float]) -> None:
    found = steadiness(values)
    assert found.dropped * 2 <= len(values)
    assert found.is_steady == (not found.words)
