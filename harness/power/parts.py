"""What one sensor says of work and idleness, in numbers that rails of one total can be added by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power import integrate
from harness.power.noise import of_mean
from harness.power.rail import MAX_W
from harness.records.measurement import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.integrate import Readings
    from harness.records.board import SensorFile

MIN_READINGS = 10  # V21: readings in a window, and sensor updates that fit into it
MAX_GAP_PERIODS = 5
MIN_COVERAGE = 0.95
# A RAPL counter is renewed about every millisecond.
_COUNTER_UPDATE_S = 1e-3


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Joules and watts with standard uncertainties (k = 1) of one sensor, or of a sum of rails.

    `u_mean_w` holds noise and steps of the active mean; `u_offset_w` the sensor's zero, which net
    power does not feel; `gain_w` per watt is kept as the root of the sum of (g * P)^2.
    """

    energy_j: float
    seconds: float
    windows_ns: tuple[tuple[int, int], ...]
    inferences: int
    readings: int  # the fewest in one window
    u_mean_w: float
    u_offset_w: float
    gain_gross_w: float
    idle_w: float | None = None
    u_idle_w: float = 0.0
    drift_w: float = 0.0
    u_drift_w: float = 0.0
    gain_net_w: float = 0.0
    quantum_w: float = 0.0
    faults: tuple[Reason, ...] = ()

    @property
    def active_w(self) -> float:
        """Mean power over all windows."""
        return self.energy_j / self.seconds if self.seconds > 0 else 0.0


def measure(
    sensor: SensorFile,
    windows: Sequence[Readings],
    before: Readings | None,
    after: Readings | None,
) -> Parts:
    """Return the parts of one sensor; faults of readings are reasons (V21), never exceptions."""
    faults = [reason for window in windows for reason in _faults(sensor, window)]
    good = [w for w in windows if not integrate.fault(sensor, w)]
    energies = [integrate.joules(sensor, w) for w in good]
    seconds = sum(w.seconds for w in good)
    active = sum(energies) / seconds if seconds else 0.0
    # the sensor's zero may be off by about one step (INA: 40 uV over the shunt)
    idle = _idle(sensor, before, after)
    return Parts(
        energy_j=sum(energies),
        seconds=seconds,
        windows_ns=tuple((w.begin_ns, w.end_ns) for w in windows),
        inferences=sum(w.inferences for w in windows),
        readings=min((integrate.count_inside(w) for w in windows), default=0),
        u_mean_w=_u_mean(sensor, good, seconds, active),
        u_offset_w=sensor.quantum_w,
        gain_gross_w=sensor.gain * abs(active),
        idle_w=idle.mean_w if idle else None,
        u_idle_w=idle.u_w if idle else 0.0,
        drift_w=idle.drift_w if idle else 0.0,
        u_drift_w=idle.u_drift_w if idle else 0.0,
        gain_net_w=sensor.gain * abs(active - idle.mean_w) if idle else 0.0,
        quantum_w=sensor.quantum_w,
        faults=_distinct(faults),
    )


def add(parts: Sequence[Parts]) -> Parts:
    """Return the sum of rails that lie beside each other; uncertainties add in quadrature."""
    idles = [p.idle_w for p in parts if p.idle_w is not None]
    return Parts(
        energy_j=sum(p.energy_j for p in parts),
        seconds=max(p.seconds for p in parts),
        windows_ns=parts[0].windows_ns,
        inferences=parts[0].inferences,
        readings=min(p.readings for p in parts),
        u_mean_w=math.hypot(*(p.u_mean_w for p in parts)),
        u_offset_w=math.hypot(*(p.u_offset_w for p in parts)),
        gain_gross_w=math.hypot(*(p.gain_gross_w for p in parts)),
        idle_w=sum(idles) if len(idles) == len(parts) else None,
        u_idle_w=math.hypot(*(p.u_idle_w for p in parts)),
        drift_w=sum(p.drift_w for p in parts),
        u_drift_w=math.hypot(*(p.u_drift_w for p in parts)),
        gain_net_w=math.hypot(*(p.gain_net_w for p in parts)),
        quantum_w=math.hypot(*(p.quantum_w for p in parts)),
        faults=_distinct([reason for p in parts for reason in p.faults]),
    )


def _faults(sensor: SensorFile, window: Readings) -> list[Reason]:
    words = integrate.fault(sensor, window)
    if words:
        return [Reason(rule="V21", words=words)]
    found = []
    largest = float(abs(integrate.watts(sensor, window)).max())
    if largest > MAX_W:
        words = "an impossible reading, in watts"
        found.append(Reason(rule="V21", words=words, seen=largest, limit=MAX_W))
    count = integrate.count_inside(window)
    if count < MIN_READINGS:
        words = "too few readings in the window"
        found.append(Reason(rule="V21", words=words, seen=count, limit=MIN_READINGS))
    gap, limit = integrate.longest_gap_s(window), MAX_GAP_PERIODS * sensor.period_ms / 1e3
    if gap > limit:
        words = "a gap between readings, in seconds"
        found.append(Reason(rule="V21", words=words, seen=gap, limit=limit))
    share = integrate.coverage(window)
    if share < MIN_COVERAGE:
        words = "readings do not cover the window"
        found.append(Reason(rule="V21", words=words, seen=share, limit=MIN_COVERAGE))
    return found


def _u_mean(
    sensor: SensorFile, windows: Sequence[Readings], seconds: float, active_w: float
) -> float:
    """Noise of the mean over all windows: random parts in quadrature, steady ones together."""
    if not windows:
        return 0.0
    if sensor.kind == "energy":
        # a counter is the integral: only its edges are uncertain, twice a window
        edge_j = math.hypot(sensor.scale, active_w * _COUNTER_UPDATE_S) / math.sqrt(3)
        return edge_j * math.sqrt(2 * len(windows)) / seconds
    noises = [
        (of_mean(integrate.inside(sensor, window), sensor.quantum_w), window.seconds)
        for window in windows
    ]
    random = math.hypot(*(noise.random * length for noise, length in noises))
    steady = sum(noise.steady * length for noise, length in noises)
    return math.hypot(random, steady) / seconds


@dataclass(frozen=True, kw_only=True)
class _Idle:
    mean_w: float
    u_w: float
    drift_w: float
    u_drift_w: float


def _idle(sensor: SensorFile, before: Readings | None, after: Readings | None) -> _Idle | None:
    sides = []
    for side in (before, after):
        if side is not None and not integrate.fault(sensor, side):
            mean = integrate.joules(sensor, side) / side.seconds
            noise = of_mean(integrate.inside(sensor, side), sensor.quantum_w)
            sides.append((mean, math.hypot(noise.random, noise.steady)))
    if not sides:
        return None
    means = [mean for mean, _ in sides]
    u_drift = math.hypot(*(u for _, u in sides))
    drift = means[0] - means[-1]
    # idle went from one value to the other in between: a rectangle as wide as the drift
    u = math.hypot(u_drift / len(sides), drift / math.sqrt(12))
    return _Idle(mean_w=sum(means) / len(means), u_w=u, drift_w=drift, u_drift_w=u_drift)


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple({reason.words: reason for reason in reasons}.values())
