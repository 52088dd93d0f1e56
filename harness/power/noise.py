"""Uncertainty of a mean of readings: what averaging takes away, and what it does not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from harness.power.integrate import Floats

# Readings of a slow sensor are nearly copies of each other; more than this is not believed.
_MAX_CORRELATION = 0.98


@dataclass(frozen=True, kw_only=True)
class MeanNoise:
    """Standard uncertainties of one mean, in watts: `random` averages out, `steady` does not."""

    random: float
    steady: float


def of_mean(values: Floats, quantum_w: float) -> MeanNoise:
    """Return the uncertainty of the mean of `values` (watts).

    Noise: s * sqrt((1+r1)/(1-r1)/n) with the lag-1 correlation r1. Quantisation: q/sqrt(12), which
    averaging only reduces where the noise exceeds half a step and so dithers it.
    """
    n = len(values)
    step = quantum_w / math.sqrt(12)
    if n < 2:
        return MeanNoise(random=abs(float(values[0])) if n else 0.0, steady=step)
    spread = float(np.std(values, ddof=1))
    r1 = correlation(values)
    effective = max(1.0, n * (1 - r1) / (1 + r1))
    random = spread / math.sqrt(effective)
    if spread > quantum_w / 2:
        return MeanNoise(random=math.hypot(random, step / math.sqrt(effective)), steady=0.0)
    return MeanNoise(random=random, steady=step)


def correlation(values: Floats) -> float:
    """Return the lag-1 autocorrelation, between 0 (none, or alternating) and 0.98."""
    centred = values - np.mean(values)
    total = float(np.dot(centred, centred))
    if total <= 0:
        return 0.0
    r1 = float(np.dot(centred[:-1], centred[1:])) / total
    return min(max(r1, 0.0), _MAX_CORRELATION)
