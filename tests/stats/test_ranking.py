"""Ranks, ratios and means."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.ranking import Estimate, Rank, estimate, geometric_mean, ranks, ratio
from tests.helpers.measurements import a_latency


def about(value: float, half: float = 0.01) -> Estimate:
    return Estimate(value=value, low=value * math.exp(-half), high=value * math.exp(half))


def test_separate_intervals_get_places() -> None:
    found = ranks({"a": about(10), "b": about(20), "c": about(30)}, higher_is_better=False)
    assert {name: str(rank) for name, rank in found.items()} == {"a": "1", "b": "2", "c": "3"}


def test_overlap_leaves_places_open() -> None:
    found = ranks({"a": about(10), "b": about(10.05), "c": about(30)}, higher_is_better=False)
    assert found["a"] == found["b"] == Rank(best=1, worst=2)
    assert str(found["a"]) == "1-2"
    assert str(found["c"]) == "3"


def test_direction() -> None:
    found = ranks({"a": about(10), "b": about(20)}, higher_is_better=True)
    assert (str(found["a"]), str(found["b"])) == ("2", "1")


def test_no_interval_no_place() -> None:
    found = ranks({"a": Estimate(value=1.0), "b": about(2)}, higher_is_better=False)
    assert set(found) == {"b"}


def test_ratio_adds_widths_in_quadrature() -> None:
    found = ratio(about(30, 0.03), about(10, 0.04))
    assert found.value == pytest.approx(3)
    assert found.half_log == pytest.approx(0.05)
    assert ratio(Estimate(value=4), about(2)).low is None


def test_geometric_mean() -> None:
    found = geometric_mean([about(2, 0.03), about(8, 0.04)])
    assert found.value == pytest.approx(4)
    assert found.half_log == pytest.approx(0.025)
    assert geometric_mean([Estimate(value=2), about(8)]).low is None
    with pytest.raises(ValueError, match="nothing"):
        geometric_mean([])


def test_estimate_of_a_latency_can_be_widened() -> None:
    latency = a_latency(1e6, 0.01)
    assert estimate(latency).half_log == pytest.approx(0.01)
    assert estimate(latency, 2.0).half_log == pytest.approx(0.02)


def test_inverse_swaps_the_bounds() -> None:
    found = Estimate(value=2, low=1, high=4).inverse
    assert (found.low, found.value, found.high) == (0.25, 0.5, 1.0)


@given(
    st.dictionaries(
        st.text(max_size=3), st.tuples(st.floats(1, 1e6), st.floats(0.001, 1)), max_size=8
    )
)
def test_places_are_consistent(data: dict[str, tuple[float, float]]) -> None:
    found = ranks({n: about(v, h) for n, (v, h) in data.items()}, higher_is_better=False)
    assert len(found) == len(data)
    for rank in found.values():
        assert 1 <= rank.best <= rank.worst <= len(data)
    for place in range(1, len(data) + 1):
        assert any(r.best <= place <= r.worst for r in found.values())
