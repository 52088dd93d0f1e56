"""Whether a series of latencies has settled: the quarter + trend rule; drops nothing by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STEP = 5  # samples dropped at a time from the front
WARM = 0.01  # front quarter against the rest, in log latency
DRIFT = 0.02  # second half against the first
TREND_DRIFT = 0.01  # a drift that is also a significant trend
TREND_Z = 2.58  # two-sided 1 %
GROUP = 10  # samples in a median for the trend test


@dataclass(frozen=True, kw_only=True)
class Steadiness:
    """`dropped` leading samples are warm-up; `drift` is second half over first, in logs."""

    is_steady: bool
    dropped: int
    drift: float
    words: str = ""


def steadiness(latencies: Sequence[float]) -> Steadiness:
    """Judge one repetition's latencies (any unit, in time order). Raises ValueError when empty."""
    if not latencies:
        raise ValueError("no samples")
    logs = np.log(np.asarray(latencies, dtype=np.float64))
    dropped = _warm_up(logs)
    rest = logs[dropped:]
    half = len(rest) // 2
    drift = float(np.median(rest[half:]) - np.median(rest[:half])) if half else 0.0
    words = ""
    if dropped * 2 >= len(logs) and dropped:
        words = f"still warming up after {dropped} of {len(logs)} samples"
    elif abs(drift) >= DRIFT:
        words = f"second half {_signed(drift)} against the first"
    elif abs(drift) > TREND_DRIFT and abs(_trend(rest)) > TREND_Z:
        words = f"steady trend of {_signed(drift)}"
    return Steadiness(is_steady=not words, dropped=dropped, drift=drift, words=words)


def _warm_up(logs: np.ndarray) -> int:
    dropped = 0
    while (dropped + STEP) * 2 <= len(logs):
        rest = logs[dropped:]
        quarter = max(1, len(rest) // 4)
        if abs(float(np.median(rest[:quarter]) - np.median(rest[quarter:]))) < WARM:
            break
        dropped += STEP
    return dropped


def _trend(logs: np.ndarray) -> float:
    """Mann-Kendall S over its standard deviation, on medians of ten."""
    medians = [
        float(np.median(logs[i : i + GROUP])) for i in range(0, len(logs) - GROUP + 1, GROUP)
    ]
    m = len(medians)
    if m < 3:
        return 0.0
    score = sum(int(np.sign(b - a)) for i, a in enumerate(medians) for b in medians[i + 1 :])
    return score / math.sqrt(m * (m - 1) * (2 * m + 5) / 18)


def _signed(log_change: float) -> str:
    return f"{math.expm1(log_change) * 100:+.1f}%"
