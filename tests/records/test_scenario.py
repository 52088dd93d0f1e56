"""Scenarios of long runs as text, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.scenario import LongRun, long_run, periodic, sustained


def test_texts() -> None:
    assert sustained(600) == "sustained 600s"
    assert periodic(30) == "periodic 30/s"
    assert long_run("sustained 600s") == LongRun(length_s=600)
    assert long_run("periodic 0.5/s") == LongRun(rate_per_s=0.5)


@given(st.integers(1000, 14_400_000).map(lambda ms: ms / 1000))
def test_a_length_survives_its_text(length_s: float) -> None:
    assert long_run(sustained(length_s)) == LongRun(length_s=length_s)


@given(st.integers(100, 1_000_000).map(lambda thousandths: thousandths / 1000))
def test_a_rate_survives_its_text(rate: float) -> None:
    assert long_run(periodic(rate)) == LongRun(rate_per_s=rate)


@pytest.mark.parametrize(
    "text",
    [
        *("latency", "throughput", "", "sustained", "sustained 600", "sustained 600/s"),
        *("periodic 30s", "periodic 0/s", "sustained x", "sustained 1.2.3s", "sustained 600s "),
    ],
)
def test_everything_else_is_measured_in_rounds(text: str) -> None:
    assert long_run(text) is None


def test_lengths_and_periods() -> None:
    assert LongRun(length_s=600).seconds(10) == 600
    assert LongRun(rate_per_s=30).seconds(10) == 10
    assert LongRun(rate_per_s=30).period_ns == 33_333_333
    assert LongRun(length_s=600).period_ns == 0
