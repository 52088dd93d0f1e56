"""What one sensor says of work and idleness, in numbers that rails of one total can be added by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power import integrate
from harness.power.edges import u_edges_j, u_shift_j
from harness.power.idle import idle_of
from harness.power.noise import MIN_WINDOWS, of_mean
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

    `u_mean_w` is how far the active mean may be from the mean power of these windows; `u_work_w`
    the same for net power, which also feels how far power strays by itself; `u_offset_w` the
    sensor's zero, which net power does not feel. Gains are the root of the sum of (g * P)^2.
    """

    energy_j: float
    seconds: float
    windows_ns: tuple[tuple[int, int], ...]
    inferences: int
    readings: int  # the fewest in one window
    u_mean_w: float
    u_work_w: float
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
    good = [integrate.centred(sensor, w) for w in windows if not integrate.fault(sensor, w)]
    energies = [integrate.joules(sensor, w) for w in good]
    seconds = sum(w.seconds for w in good)
    active = sum(energies) / seconds if seconds else 0.0
    # the sensor's zero may be off by about one step (INA: 40 uV over the shunt)
    idle = idle_of(sensor, good, before, after)
    u_mean_w, u_work_w = _u_means(sensor, good, seconds, active)
    if idle and 0 < len(good) < MIN_WINDOWS:
        # what is slow is not seen within so few; a board at work is as restless as an idle one
        u_work_w = max(u_work_w, idle.noise_j / math.sqrt(seconds))
    return Parts(
        energy_j=sum(energies),
        seconds=seconds,
        windows_ns=tuple((w.begin_ns, w.end_ns) for w in windows),
        inferences=sum(w.inferences for w in windows),
        readings=min((integrate.count_inside(w) for w in windows), default=0),
        u_mean_w=u_mean_w,
        u_work_w=u_work_w,
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
        u_work_w=math.hypot(*(p.u_work_w for p in parts)),
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


def _u_means(
    sensor: SensorFile, windows: Sequence[Readings], seconds: float, active_w: float
) -> tuple[float, float]:
    """Return the uncertainty of the mean over all windows for gross and for net power."""
    if not windows:
        return 0.0, 0.0
    noise = of_mean([integrate.inside(sensor, window) for window in windows], sensor.quantum_w)
    if sensor.kind == "energy":
        # a counter is the integral: only its edges are uncertain, twice a window
        edge_j = math.hypot(sensor.scale, active_w * _COUNTER_UPDATE_S) / math.sqrt(3)
        edges_w = edge_j * math.sqrt(2 * len(windows)) / seconds
        return edges_w, math.hypot(edges_w, noise.random)
    edges_j = u_edges_j(sensor, windows)
    if sensor.averaging_ms:
        # set at the middle of its time, a mean still smears a step at an edge: an eighth is lost
        late_ns = [sensor.averaging_ms * 1e6 / 4] * len(windows)
        edges_j = math.hypot(edges_j, u_shift_j(sensor, windows, late_ns))
    u_w = math.hypot(noise.random, noise.steady, edges_j / seconds)
    return u_w, u_w


def _distinct(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple({reason.words: reason for reason in reasons}.values())
