"""Whether the clock that a power mode promises was there; judged only where a session set one."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from harness.records.measurement import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.session.evidence import Evidence

LOW_LIMIT = 0.97
HIGH_LIMIT = 1.03
_MASK_BITS = 1024


def clock_below_mode(e: Evidence) -> Reason | None:
    """V09: the measured clock stayed below what the mode lets the slowest core used have."""
    seen, low, _ = _clocks(e)
    if seen is None or low is None or seen >= LOW_LIMIT * low:
        return None
    words = f"the clock of power mode {_name(e)} was not reached, in Hz"
    return Reason(rule="V09", words=words, seen=seen, limit=LOW_LIMIT * low)


def clock_above_mode(e: Evidence) -> Reason | None:
    """V10: the measured clock was above the mode's cap: something else sets the clocks there."""
    seen, _, high = _clocks(e)
    if seen is None or high is None or seen <= HIGH_LIMIT * high:
        return None
    words = f"the clock was above the cap of power mode {_name(e)}, in Hz"
    return Reason(rule="V10", words=words, seen=seen, limit=HIGH_LIMIT * high)


def _name(e: Evidence) -> str:
    return e.facts.in_force.name if e.facts.in_force else ""


def _clocks(e: Evidence) -> tuple[float | None, float | None, float | None]:
    """Median of the measured clock, and the mode's lowest and highest in Hz; None = unknown."""
    mode = e.facts.in_force
    if mode is None or e.facts.emulated or not e.clocks_hz:
        return None, None, None
    spans = _spans(mode.clocks_khz, str(e.samples[-1].get("cpu_mask", "")))
    lows = [low for low, _ in spans if low is not None]
    highs = [high for _, high in spans if high is not None]
    # one core without a limit may have had any clock
    low = min(lows) * 1e3 if spans and len(lows) == len(spans) else None
    high = max(highs) * 1e3 if spans and len(highs) == len(spans) else None
    return statistics.median(e.clocks_hz), low, high


def _spans(
    clocks: Mapping[int, tuple[int | None, int | None]], mask: str
) -> list[tuple[int | None, int | None]]:
    """Of the cores of an affinity mask; of all cores where the board did not say it."""
    try:
        bits = int(mask, 16)
    except ValueError:
        bits = 0
    used = [cpu for cpu in clocks if cpu < _MASK_BITS and bits >> cpu & 1]
    return [clocks[cpu] for cpu in used or clocks]
