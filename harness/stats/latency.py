"""Timings of an item's repetitions become one `Latency`; the unit of analysis is the repetition."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from harness.records.measurement import Interval, Latency

# a p-quantile of single inferences is only worth printing with enough of them beyond it:
# 10 of 100 for p90; 662 is the least n whose 95 % interval for p99 lies inside the sample
P90_SAMPLES = 100
P99_SAMPLES = 662


def summarise(wall_ns_by_repetition: Sequence[Sequence[int]], iterations: Sequence[int]) -> Latency:
    """Return nanoseconds per inference over all repetitions.

    `wall_ns_by_repetition[i]` holds the whole samples of repetition i, each of `iterations[i]`
    inferences. p25 is the geometric mean of the repetitions' own p25, with its t interval (from
    two repetitions on); the other quantiles are pooled. Raises ValueError when there is nothing to
    summarise or a time is not positive.
    """
    if len(wall_ns_by_repetition) != len(iterations):
        raise ValueError(f"{len(wall_ns_by_repetition)} repetitions, {len(iterations)} counts")
    per_inference = [
        [wall / count for wall in walls]
        for walls, count in zip(wall_ns_by_repetition, iterations, strict=True)
        if walls
    ]
    if not per_inference:
        raise ValueError("no samples")
    if min(min(values) for values in per_inference) <= 0:
        raise ValueError("a sample has no positive time")
    pooled = np.concatenate([np.asarray(values, dtype=np.float64) for values in per_inference])
    logs = [math.log(quantile(values, 0.25)) for values in per_inference]
    single = all(count == 1 for count in iterations)
    return Latency(
        p25=math.exp(math.fsum(logs) / len(logs)),
        ci95=_interval(logs),
        p50=quantile(pooled, 0.5),
        p90=quantile(pooled, 0.9) if single and pooled.size >= P90_SAMPLES else None,
        p99=quantile(pooled, 0.99) if single and pooled.size >= P99_SAMPLES else None,
        iterations_per_sample=max(iterations),
        samples=int(pooled.size),
        repetitions=len(per_inference),
    )


def quantile(values: Sequence[float] | np.ndarray, share: float) -> float:
    """Return the `share` quantile by linear interpolation (type 7)."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))


def half_width(logs: Sequence[float]) -> float | None:
    """Return the half-width of the 95 % t interval of the mean of `logs`; None below two values."""
    count = len(logs)
    if count < 2:
        return None
    from scipy.special import stdtrit

    sd = float(np.std(np.asarray(logs, dtype=np.float64), ddof=1))
    return float(stdtrit(count - 1, 0.975)) * sd / math.sqrt(count)


def _interval(logs: Sequence[float]) -> Interval | None:
    half = half_width(logs)
    if half is None:
        return None
    mean = math.fsum(logs) / len(logs)
    return Interval(of="p25", low=math.exp(mean - half), high=math.exp(mean + half))
