"""Uncertainty of means of readings: what averaging takes away, and what it does not.

Readings follow each other faster than a board's power changes, so they are far fewer than they
seem. How many they are worth is taken from all windows of one kind together: a single short window
has its own mean removed, and with it most of what is slow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.integrate import Floats

# Lags are summed up to so many correlation lengths, and never beyond this share of a window.
_LENGTHS = 1.25
_MAX_LAG_SHARE = 0.34
# means of fewer windows say nothing of what is slower than a window
MIN_WINDOWS = 3
_MIN_FREE = 2.0
_HALVINGS = 20
_HARMONICS = 12
# of harmonics beyond, where nothing dithers them: q^2/12 is the whole
_REST = 1 / 12 - sum(1 / (k * k) for k in range(1, _HARMONICS + 1)) / (2 * math.pi**2)


@dataclass(frozen=True, kw_only=True)
class MeanNoise:
    """Standard uncertainties of one mean, in watts: `random` averages out, `steady` does not."""

    random: float
    steady: float


def of_mean(windows: Sequence[Floats], quantum_w: float) -> MeanNoise:
    """Return the uncertainty of the mean over all `windows` (watts, all of one load).

    `random` is the larger of what is seen within windows and what is seen between them; `steady`
    what is left of the sensor's step `quantum_w`.
    """
    filled = [window for window in windows if len(window)]
    count = sum(len(window) for window in filled)
    if count < 2:
        held = abs(float(filled[0][0])) if filled else 0.0
        return MeanNoise(random=held, steady=step_left(0.0, quantum_w))
    variance, free = long_run(filled)
    within = math.sqrt(variance / count) * _student(free)
    return MeanNoise(
        random=max(within, _between(filled)),
        steady=step_left(_spread(filled), quantum_w),
    )


def long_run(windows: Sequence[Floats]) -> tuple[float, float]:
    """Return n times the variance of the mean of n readings (W^2), and its degrees of freedom.

    Autocovariances of all windows together are summed up to a lag that grows with the correlation
    found. What the removal of each window's mean takes from them, (2 lag + 1) / n of the result, is
    given back. Never below white noise.
    """
    centred = [window - np.mean(window) for window in windows if len(window) > 1]
    if not centred:
        return 0.0, 1.0
    count = sum(len(window) for window in centred)
    length = count / len(centred)
    variance = sum(float(np.dot(w, w)) for w in centred) / count
    if variance <= 0:
        return 0.0, float(count)
    white = variance * length / (length - 1)
    total, lag = variance, 0
    most = int(length * _MAX_LAG_SHARE)
    while lag < most and lag < _LENGTHS * total / variance:
        lag += 1
        pairs = sum(max(0, len(w) - lag) for w in centred)
        if not pairs:
            break
        total += 2 * sum(float(np.dot(w[:-lag], w[lag:])) for w in centred) / pairs
    stretch = 2 * lag + 1
    whole = total / (1 - stretch / length) if stretch < length else white
    return max(white, whole), count / stretch


def _student(free: float) -> float:
    """Return by how much Student's 95 % are wider than the normal ones: a series in 1/free."""
    f = max(free, _MIN_FREE)
    return 1 + (1.210 + (1.440 + 1.303 / f) / f) / f


def step_left(spread_w: float, quantum_w: float) -> float:
    """Return what a step of `quantum_w` leaves in a mean of readings that scatter by `spread_w`.

    A load that stands still lies anywhere within its step: q/sqrt(12). Noise s carries readings
    over the steps: of the k-th harmonic of their stairs exp(-2 pi^2 k^2 s^2 / q^2) is left. What is
    left is missing from the scatter that rounded readings show, s^2 + q^2/12: so s is found.
    """
    if quantum_w <= 0 or spread_w > quantum_w:  # far beyond what leaves anything
        return 0.0
    seen = (spread_w / quantum_w) ** 2
    low, high = 0.0, seen
    for _ in range(_HALVINGS):
        noise = (low + high) / 2
        shown = noise + 1 / 12 - _stairs(noise)
        low, high = (noise, high) if shown < seen else (low, noise)
    return quantum_w * math.sqrt(_stairs(low))


def _stairs(noise: float) -> float:
    """Mean square of the error that rounding leaves in a mean; both in squares of a step."""
    harmonics = range(1, _HARMONICS + 1)
    left = sum(math.exp(-4 * math.pi**2 * k * k * noise) / (k * k) for k in harmonics)
    return left / (2 * math.pi**2) + (_REST if noise <= 0 else 0.0)


def _spread(windows: Sequence[Floats]) -> float:
    """Standard deviation around each window's own mean."""
    free = sum(len(window) - 1 for window in windows)
    if free < 1:
        return 0.0
    return math.sqrt(sum(float(np.sum((w - np.mean(w)) ** 2)) for w in windows) / free)


def _between(windows: Sequence[Floats]) -> float:
    """Noise of the mean as the means of the windows show it: what is slow is seen only here."""
    if len(windows) < MIN_WINDOWS:
        return 0.0
    means = [float(np.mean(window)) for window in windows]
    return float(np.std(means, ddof=1)) / math.sqrt(len(means))
