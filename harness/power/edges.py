"""What a window's joules lose where power steps at its edges: readings come late, and seldom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from harness.power import integrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.integrate import Readings
    from harness.records.board import SensorFile

_SHIFTS = np.linspace(-1.0, 1.0, 9)
# a step at an edge that lies anywhere between two readings: T * step * sqrt(1/20), rounded up
_EDGE = 0.23


def u_shift_j(sensor: SensorFile, windows: Sequence[Readings], bounds_ns: Sequence[float]) -> float:
    """Return what one shift of all windows together, up to `bounds_ns` either way, may change.

    Joules, k = 1: a bound on both sides is a rectangle.
    """
    moved = [_shifted(sensor, w, u) for w, u in zip(windows, bounds_ns, strict=True)]
    total = sum(moved, np.zeros(len(_SHIFTS)))
    return float(np.abs(total).max()) / math.sqrt(3)


def u_edges_j(sensor: SensorFile, windows: Sequence[Readings]) -> float:
    """Return what may have happened unseen between the two readings at each edge (joules, k=1)."""
    return math.hypot(*(edge for window in windows for edge in _edges(sensor, window)))


def _shifted(sensor: SensorFile, window: Readings, u_ns: float) -> integrate.Floats:
    t, watts = integrate.seconds_of(window), integrate.watts(sensor, window)
    moved = [
        integrate.integrate(t, watts, s * u_ns / 1e9, window.seconds + s * u_ns / 1e9)
        for s in _SHIFTS
    ]
    return np.array(moved) - integrate.joules(sensor, window)


def _edges(sensor: SensorFile, window: Readings) -> list[float]:
    t, watts = integrate.seconds_of(window), integrate.watts(sensor, window)
    found = []
    for edge in (0.0, window.seconds):
        k = min(max(int(np.searchsorted(t, edge)), 1), len(t) - 1)
        found.append(_EDGE * abs(float(watts[k] - watts[k - 1])) * float(t[k] - t[k - 1]))
    return found
