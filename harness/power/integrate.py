"""Readings over a window to joules and watts; plain arithmetic, no verdict."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.board import SensorFile

Floats = NDArray[np.float64]
_MAX_RAW = 1 << 63


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Raw readings of one sensor around one window [begin_ns, end_ns] of CLOCK_MONOTONIC.

    `raw2` is filled for the kind `product` only; `inferences` is 0 for an idle window.
    """

    begin_ns: int
    end_ns: int
    t_ns: tuple[int, ...]
    raw: tuple[int, ...]
    raw2: tuple[int, ...] = ()
    inferences: int = 0

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return (self.end_ns - self.begin_ns) / 1e9


def fault(sensor: SensorFile, readings: Readings) -> str:
    """Return why these readings cannot be integrated at all, "" when they can."""
    lengths = {len(readings.t_ns), len(readings.raw)}
    if sensor.kind == "product":
        lengths.add(len(readings.raw2))
    if len(lengths) != 1:
        return "times and values of the readings differ in number"
    if not readings.t_ns:
        return "no reading came: the sensor went away or cannot be read"
    if len(readings.t_ns) < 2:
        return "fewer than two readings"
    if readings.end_ns <= readings.begin_ns:
        return "the window has no length"
    if any(b <= a for a, b in itertools.pairwise(readings.t_ns)):
        return "the times of the readings do not rise"
    if any(abs(value) > _MAX_RAW for value in (*readings.raw, *readings.raw2, *readings.t_ns)):
        return "a value that no register holds"
    return ""


def centred(sensor: SensorFile, readings: Readings) -> Readings:
    """Return the readings at the middles of the times they are means of."""
    late_ns = sensor.averaging_ms * 500_000
    return (
        replace(readings, t_ns=tuple(t - late_ns for t in readings.t_ns)) if late_ns else readings
    )


def seconds_of(readings: Readings) -> Floats:
    """Return times of the readings in seconds since the window's begin (exact in float64)."""
    return np.array([t - readings.begin_ns for t in readings.t_ns], dtype=np.float64) / 1e9


def watts(sensor: SensorFile, readings: Readings) -> Floats:
    """Return one value in watts a reading; for a counter the mean power up to the next reading."""
    if sensor.kind == "energy":
        joules = unwrapped(readings.raw, sensor.wrap_raw) * sensor.scale
        return np.diff(joules) / np.diff(seconds_of(readings))
    raw = np.array(readings.raw, dtype=np.float64)
    if sensor.kind == "product":
        raw = raw * np.array(readings.raw2, dtype=np.float64)
    return raw * sensor.scale


def unwrapped(raw: Sequence[int], wrap_raw: int) -> Floats:
    """Return what a counter counted since its first reading; it wraps past `wrap_raw` (0: never).

    Differences are taken as whole numbers: a counter of 2**60 has no exact float.
    """
    steps = [b - a for a, b in itertools.pairwise(raw)]
    if wrap_raw:
        steps = [step % (wrap_raw + 1) for step in steps]
    return np.concatenate(([0.0], np.cumsum(np.array(steps, dtype=np.float64))))


def joules(sensor: SensorFile, readings: Readings) -> float:
    """Return the energy of the window in joules.

    Power is integrated by the trapezoid rule with values interpolated at both edges; a counter is
    interpolated at both edges. Beyond the first and the last reading the value is held.
    """
    t, length = seconds_of(readings), readings.seconds
    if sensor.kind == "energy":
        counted = unwrapped(readings.raw, sensor.wrap_raw)
        first, last = np.interp([0.0, length], t, counted)
        return float(last - first) * sensor.scale
    return integrate(t, watts(sensor, readings), 0.0, length)


def integrate(t: Floats, values: Floats, begin: float, end: float) -> float:
    """Return the trapezoid integral of `values` at times `t` (rising) from begin to end."""
    inner = (t > begin) & (t < end)
    times = np.concatenate(([begin], t[inner], [end]))
    heights = np.interp(times, t, values)
    return float(np.dot((heights[1:] + heights[:-1]) / 2, np.diff(times)))


def inside(sensor: SensorFile, readings: Readings) -> Floats:
    """Return the power readings whose time lies in the window."""
    t = seconds_of(readings)
    values = watts(sensor, readings)
    if sensor.kind == "energy":
        # an interval belongs to the window when all of it lies inside
        return values[(t[:-1] >= 0) & (t[1:] <= readings.seconds)]
    return values[(t >= 0) & (t <= readings.seconds)]


def count_inside(readings: Readings) -> int:
    """Return how many readings lie in the window."""
    return sum(readings.begin_ns <= t <= readings.end_ns for t in readings.t_ns)


def longest_gap_s(readings: Readings) -> float:
    """Return the longest time without a reading that touches the window."""
    pairs = itertools.pairwise(readings.t_ns)
    touching = [b - a for a, b in pairs if b > readings.begin_ns and a < readings.end_ns]
    return max(touching, default=0) / 1e9


def coverage(readings: Readings) -> float:
    """Return the share of the window that lies between the first and the last reading."""
    first, last = max(readings.t_ns[0], readings.begin_ns), min(readings.t_ns[-1], readings.end_ns)
    return max(0.0, (last - first) / (readings.end_ns - readings.begin_ns))
