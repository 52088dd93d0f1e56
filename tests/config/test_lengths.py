"""Durations and rates: what is read, and what is refused in words."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.lengths import MAX_RATE, MAX_S, MIN_RATE, MIN_S, duration_s, rate_per_s


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90.0), ("10m", 600.0), ("1.5h", 5400.0), ("1s", 1.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "rate"), [("30/s", 30.0), ("0.5/s", 0.5), ("90/m", 1.5), ("1000/s", 1000.0)]
)
def test_rates(text: str, rate: float) -> None:
    assert rate_per_s(text) == rate


@pytest.mark.parametrize(
    "value",
    [
        "",
        "10",
        10,
        10.0,
        True,
        None,
        ["10m"],
        "10 m",
        "-10m",
        "1e3s",
        "m",
        "10M",
        "\uff11\uff10m",
        "10m\n",
    ],
)
def test_what_is_no_duration_is_said_so(value: object) -> None:
    with pytest.raises(ValueError, match="is no duration: write 90s, 10m or 1h"):
        duration_s(value)


@pytest.mark.parametrize("value", ["", "30", 30, "30/h", "30s", "/s", "-1/s", "30 /s", None, {}])
def test_what_is_no_rate_is_said_so(value: object) -> None:
    with pytest.raises(ValueError, match="is no rate: write 30/s"):
        rate_per_s(value)


@pytest.mark.parametrize("text", ["0s", "0.5s", "5h", "999999h"])
def test_durations_have_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="out of bounds: 1s to 4h"):
        duration_s(text)


@pytest.mark.parametrize("text", ["0/s", "0.05/s", "1/m", "2000/s"])
def test_rates_have_bounds(text: str) -> None:
    with pytest.raises(ValueError, match=r"out of bounds: 0\.1/s to 1000/s"):
        rate_per_s(text)


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,7}(\.[0-9]{1,4})?[smh]", fullmatch=True))
def test_any_text_is_a_duration_within_bounds_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert MIN_S <= duration_s(text) <= MAX_S


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,7}(\.[0-9]{1,4})?/[smh]", fullmatch=True))
def test_any_text_is_a_rate_within_bounds_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert MIN_RATE <= rate_per_s(text) <= MAX_RATE
