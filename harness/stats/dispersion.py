"""Whether a series of samples has two speeds instead of one; judges no single sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Splitting one normal or uniform cloud in two leaves a gap of 2.6 or 3.5 standard deviations inside
# the parts; of simulated clouds of 20 values, 0 and 0.2 % reach 7. Below 20 nothing can be told.
MODES_SEPARATION = 7.0
MODES_VALUES = 20
MODES_SHARE = 0.2
MODES_RATIO = 1.03


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Two speeds in one series: their medians, and the share of the slower one."""

    fast: float
    slow: float
    slow_share: float


def modes(values: Sequence[float]) -> Modes | None:
    """Return the two speeds of a bimodal series of positive values, or None.

    The split is the one that leaves the least variance inside both parts (in logs). It counts when
    each part has a fifth of the values, they differ by 3 % and the gap is wide for the scatter.
    """
    if len(values) < MODES_VALUES:
        return None
    least = math.ceil(len(values) * MODES_SHARE)
    logs = np.sort(np.log(np.asarray(values, dtype=np.float64)))
    splits = range(least, len(values) - least + 1)
    cut = min(
        splits, key=lambda i: float(np.var(logs[:i]) * i + np.var(logs[i:]) * (len(logs) - i))
    )
    fast, slow = logs[:cut], logs[cut:]
    gap = float(np.mean(slow) - np.mean(fast))
    inside = math.sqrt((float(np.var(slow)) + float(np.var(fast))) / 2)
    if gap < math.log(MODES_RATIO) or gap < MODES_SEPARATION * inside:
        return None
    return Modes(
        fast=math.exp(float(np.median(fast))),
        slow=math.exp(float(np.median(slow))),
        slow_share=len(slow) / len(logs),
    )
