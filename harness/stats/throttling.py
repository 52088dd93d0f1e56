"""When a board under steady work got slower for good: pure arithmetic on a trace of rates.

A trace is a list of buckets, each with its seconds and its inferences. Which sensors said what at
that moment is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FIRST_S = 60.0  # what the steady rate is held against
SHARE = 0.95
_SMOOTH_S = 5.0
_LEAST_SMOOTH = 3
_PARTS = 12
_STEADY_PART = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Endurance:
    """What a continuous run has shown, in inferences/s and seconds from its beginning.

    `first`: of the first minute, or of the first quarter of a shorter run; `steady`: of the last
    third, or of what follows the slow-down where that came later; `throttle_s`: when the rate fell
    below 95 % of `first` and stayed there, None where it never did.
    """

    first: float
    steady: float
    throttle_s: float | None


def endurance(seconds: Sequence[float], inferences: Sequence[float]) -> Endurance:
    """Return the figures of a trace; raises ValueError where it has no bucket, or an empty one."""
    if not seconds or len(seconds) != len(inferences) or min(seconds) <= 0:
        raise ValueError("a trace wants buckets, each with a time")
    took = np.asarray(seconds, dtype=np.float64)
    done = np.asarray(inferences, dtype=np.float64)
    starts = np.concatenate(([0.0], np.cumsum(took)[:-1]))
    total = float(took.sum())
    early = starts < min(FIRST_S, total / 4)
    first = float(done[early].sum() / took[early].sum())
    slow = _slow_from(took, done, SHARE * first)
    throttle_s = None if slow is None else float(starts[slow])
    late = starts >= max(total * (1 - _STEADY_PART), throttle_s or 0.0)
    late = late if late.any() else starts >= (starts[-1] if throttle_s is None else throttle_s)
    return Endurance(
        first=first, steady=float(done[late].sum() / took[late].sum()), throttle_s=throttle_s
    )


def _slow_from(took: np.ndarray, done: np.ndarray, limit: float) -> int | None:
    """Return the first bucket from which the smoothed rate stays below `limit` to the end.

    Smoothed by a running median over five seconds (less of a short run, but three buckets): one
    that a neighbour disturbed begins no throttling, and one that was let off does not end it. So a
    fall in the last buckets alone is none.
    """
    wanted = round(_SMOOTH_S / float(np.median(took)))
    width = max(_LEAST_SMOOTH, min(wanted, took.size // _PARTS))
    width += 1 - width % 2
    if took.size < 2 * width:
        return None
    rate = done / took
    windows = np.lib.stride_tricks.sliding_window_view(rate, width)
    smooth = np.median(windows, axis=1)  # smooth[i] is of the buckets i .. i + width - 1
    above = np.flatnonzero(smooth >= limit)
    start = int(above[-1]) + 1 if above.size else 0
    if start >= smooth.size:
        return None
    # of the first window that is slow, the bucket from which on more than half of it is
    slow = np.flatnonzero(rate[start : start + width] < limit)
    return start + int(slow[0]) if slow.size else start
