"""Idle power beneath the work of one sensor, from the idle windows before and after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power import integrate
from harness.power.noise import of_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.integrate import Readings
    from harness.records.board import SensorFile


@dataclass(frozen=True, kw_only=True)
class Idle:
    """Idle power at the time of the work, its uncertainty (k = 1) and its drift, in watts.

    `noise_j` is how far the joules of one second stray by the board's own noise: those of t seconds
    by the root of t times that (k = 1).
    """

    mean_w: float
    u_w: float
    noise_j: float
    drift_w: float = 0.0
    u_drift_w: float = 0.0


def idle_of(
    sensor: SensorFile,
    windows: Sequence[Readings],
    before: Readings | None,
    after: Readings | None,
) -> Idle | None:
    """Return the idle power beneath `windows`; None without an idle window that can be read.

    Between the two idle windows power is taken on the straight line. How far it strays from that
    line is judged by how far it went: as a random walk that was seen at both ends.
    """
    given = [side for side in (before, after) if side and not integrate.fault(sensor, side)]
    sides = [integrate.centred(sensor, side) for side in given]
    if not sides:
        return None
    means = [integrate.joules(sensor, side) / side.seconds for side in sides]
    # both sides together show how power strays; each has half of the readings
    noise = of_mean([integrate.inside(sensor, side) for side in sides], sensor.quantum_w)
    each = noise.random * math.sqrt(len(sides))
    noise_j = noise.random * math.sqrt(sum(side.seconds for side in sides))
    if len(sides) == 1:
        u_w = math.hypot(noise.random, noise.steady)
        return Idle(mean_w=means[0], u_w=u_w, noise_j=noise_j)
    shares = _shares(sides[0], sides[1], windows)
    at = sum(shares) / len(shares)
    drift, u_drift = means[0] - means[1], math.sqrt(2) * math.hypot(each, noise.steady)
    strayed = abs(drift) * math.sqrt(_bridge(shares))
    # the same load lies at the same place of a step before and after
    u_w = math.hypot(each * math.hypot(1 - at, at), noise.steady, strayed)
    mean_w = (1 - at) * means[0] + at * means[1]
    return Idle(mean_w=mean_w, u_w=u_w, noise_j=noise_j, drift_w=drift, u_drift_w=u_drift)


def _shares(before: Readings, after: Readings, windows: Sequence[Readings]) -> list[float]:
    """Where the middles of the windows lie on the way from idle to idle, 0 to 1."""
    begin, end = (side.begin_ns + side.end_ns for side in (before, after))
    middles = [window.begin_ns + window.end_ns for window in windows]
    if end <= begin or not middles:
        return [0.5]
    return [min(max((middle - begin) / (end - begin), 0.0), 1.0) for middle in middles]


def _bridge(shares: Sequence[float]) -> float:
    """Return the variance of a random walk's mean at `shares` of its way, both ends being known.

    As a share of the variance of the whole way: 1/4 in its middle, 1/12 over all of it.
    """
    pairs = [min(a, b) - a * b for a in shares for b in shares]
    return max(0.0, sum(pairs) / len(pairs))
