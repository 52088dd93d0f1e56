"""A board's clock against the controller's, by arrivals that may be late and never early."""

from __future__ import annotations

import pytest

from harness.session.pace import Pace


def paced(rate: float, *, seconds: float = 30.0, late: object = None) -> Pace:
    """Frames of a board whose clock goes `rate` times as fast; `late(t)` is their delay."""
    pace = Pace(begun_s=999.0)
    for n in range(60):
        true_s = seconds * n / 59
        delay_s = late(true_s) if callable(late) else 0.01 * (n % 3)
        pace.arrived(round((5 + true_s * rate) * 1e9), 1000 + true_s + delay_s)
    return pace


def slowness(pace: Pace) -> float:
    assert pace.slowness is not None
    return pace.slowness


def test_a_clock_that_goes_as_ours_does() -> None:
    assert abs(slowness(paced(1.0))) < 0.002


def test_a_clock_that_runs_away_or_falls_behind() -> None:
    assert slowness(paced(1.2)) < -0.1
    assert slowness(paced(0.9)) == pytest.approx(0.11, abs=0.02)


def test_ten_seconds_are_needed() -> None:
    assert paced(0.5, seconds=10).slowness is None
    assert Pace(begun_s=0).slowness is None


@pytest.mark.parametrize(
    "late",
    [
        lambda t: 20.0 if t > 15 else 0.0,  # a link that became slow
        lambda t: max(0.0, 25 - t) if t < 25 else 0.0,  # away for the first 25 s, then all at once
        lambda t: max(0.0, 45 - t) if t > 12 else 0.0,  # we slept, to the end
        lambda t: max(0.0, 25 - t) if 10 < t < 25 else 0.0,
        lambda t: 30.0 + 0 * t,
    ],
)
def test_pauses_are_no_drift(late: object) -> None:
    assert abs(slowness(paced(1.0, late=late))) < 0.02
