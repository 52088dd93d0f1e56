"""Ranks where intervals separate, ratios to a baseline, geometric means; pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.records.measurement import Latency


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A positive value with its 95 % interval; no interval = low and high are None."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def half_log(self) -> float | None:
        """Half-width in logs, the wider side; None without an interval."""
        if not self.low or not self.high:
            return None
        return max(math.log(self.value / self.low), math.log(self.high / self.value))

    @property
    def inverse(self) -> Estimate:
        """1 / value: a latency becomes a rate."""
        return Estimate(
            value=1 / self.value,
            low=1 / self.high if self.high else None,
            high=1 / self.low if self.low else None,
        )


@dataclass(frozen=True, kw_only=True)
class Rank:
    """From `best` to `worst`: all places that the intervals leave open (1 = first)."""

    best: int
    worst: int

    def __str__(self) -> str:
        return f"{self.best}" if self.best == self.worst else f"{self.best}-{self.worst}"


def estimate(latency: Latency, widen: float = 1.0) -> Estimate:
    """Return p25 with its interval, in ns; `widen` stretches the interval (disturbed items)."""
    if latency.ci95 is None:
        return Estimate(value=latency.p25)
    low = latency.p25 * (latency.ci95.low / latency.p25) ** widen
    high = latency.p25 * (latency.ci95.high / latency.p25) ** widen
    return Estimate(value=latency.p25, low=low, high=high)


def ranks(estimates: Mapping[str, Estimate], *, higher_is_better: bool) -> dict[str, Rank]:
    """Return the places each name may hold; names without an interval get none."""
    known = {n: (e.low, e.high) for n, e in estimates.items() if e.low is not None}
    places = {}
    for name, (low, high) in known.items():
        above = sum(1 for other, _ in known.values() if _over(other, high))
        below = sum(1 for _, other in known.values() if _over(low, other))
        ahead, behind = (above, below) if higher_is_better else (below, above)
        places[name] = Rank(best=1 + ahead, worst=len(known) - behind)
    return places


def ratio(top: Estimate, bottom: Estimate) -> Estimate:
    """Return top / bottom; the interval adds both widths in quadrature, as logs of independents."""
    value = top.value / bottom.value
    halves = (top.half_log, bottom.half_log)
    if halves[0] is None or halves[1] is None:
        return Estimate(value=value)
    factor = math.exp(math.hypot(halves[0], halves[1]))
    return Estimate(value=value, low=value / factor, high=value * factor)


def geometric_mean(estimates: Sequence[Estimate]) -> Estimate:
    """Return the geometric mean, with an interval when every member has one.

    Raises ValueError for an empty sequence: a mean over nothing has no value.
    """
    if not estimates:
        raise ValueError("geometric mean of nothing")
    count = len(estimates)
    value = math.exp(math.fsum(math.log(e.value) for e in estimates) / count)
    halves = [e.half_log for e in estimates]
    known = [h for h in halves if h is not None]
    if len(known) < count:
        return Estimate(value=value)
    factor = math.exp(math.hypot(*known) / count)
    return Estimate(value=value, low=value / factor, high=value * factor)


def _over(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and a > b
