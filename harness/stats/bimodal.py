"""Whether values fall into two groups, and how far apart these are: pure arithmetic.

A mean of two speeds is the speed of neither, however narrow its interval becomes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_VALUES = 5
_LEAST_SHARE = 0.2  # fewer are outliers, no group
_CLEAR = 2.0  # the gap between the groups, in standard deviations within them


def two_speeds(logs: Sequence[float]) -> float | None:
    """Return by how much the means of two groups differ, None where there is one group.

    Groups are cut at the widest gap between sorted neighbours that leaves a fifth of the values,
    at least two, on either side; it must be twice as wide as the values scatter within the groups.
    """
    count = len(logs)
    if count < MIN_VALUES:
        return None
    ordered = np.sort(np.asarray(logs, dtype=np.float64))
    least = max(2, math.ceil(_LEAST_SHARE * count))
    gaps = np.diff(ordered)[least - 1 : count - least]
    cut = int(np.argmax(gaps)) + least
    low, high = ordered[:cut], ordered[cut:]
    within = math.sqrt(float(low.var() * low.size + high.var() * high.size) / (count - 2))
    apart = float(high.mean() - low.mean())
    return apart if float(gaps.max()) > _CLEAR * within else None
