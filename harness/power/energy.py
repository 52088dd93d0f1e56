"""Energy of one source over all its windows, gross and net, with scope, uncertainty and verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power.parts import MIN_READINGS, Parts, add, measure
from harness.records.measurement import Energy, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.integrate import Readings
    from harness.records.board import SensorFile

K = 2  # coverage factor of every u_* that is stored
RESOLVED = 3  # net power below so many of its own uncertainties is not a value
MAX_DRIFT_SHARE = 0.05
FEW_READINGS = 100


@dataclass(frozen=True, kw_only=True)
class SensorReadings:
    """All readings of one sensor for one item: its windows and the idle windows around them."""

    sensor: SensorFile
    windows: Sequence[Readings]
    idle_before: Readings | None = None
    idle_after: Readings | None = None


def energies(
    sensor: SensorFile,
    windows: Sequence[Readings],
    idle_before: Readings | None,
    idle_after: Readings | None,
) -> Energy:
    """Return the energy of one sensor over all windows together.

    INVALID (rule V21): readings too few, with gaps, not covering a window, out of order, or less
    than idle. SUSPECT: idle power drifted, so there is no net value. Status OK may carry labels:
    `indicative` (under 100 readings a window) and `not resolved` (no net value, an upper bound).
    """
    if not windows:
        raise ValueError("no energy window: say why in energy_absent instead")
    return _verdict(sensor.id, sensor.scope, measure(sensor, windows, idle_before, idle_after))


def board_energies(sensors: Sequence[SensorReadings]) -> tuple[Energy, ...]:
    """Return totals first, then each sensor: rails marked with one `total` are added up.

    A total with a rail missing is left out: a sum of less than the board is not the board.
    """
    given = [one for one in sensors if one.windows]
    parts = {
        one.sensor.id: measure(one.sensor, one.windows, one.idle_before, one.idle_after)
        for one in given
    }
    whole = [
        _verdict(name, group[0].sensor.total_scope, add([parts[one.sensor.id] for one in group]))
        for name, group in _groups(sensors).items()
        if all(one.windows for one in group)
    ]
    single = [_verdict(one.sensor.id, one.sensor.scope, parts[one.sensor.id]) for one in given]
    return (*whole, *single)


def minimum_window_s(sensors: Sequence[SensorFile]) -> float:
    """Return how long an energy window must be for the slowest sensor (0 without sensors)."""
    slowest_ms = max((sensor.period_ms for sensor in sensors), default=0)
    return 1.2 * MIN_READINGS * slowest_ms / 1e3


def _groups(sensors: Sequence[SensorReadings]) -> dict[str, list[SensorReadings]]:
    groups: dict[str, list[SensorReadings]] = {}
    for one in sensors:
        if one.sensor.total:
            groups.setdefault(one.sensor.total, []).append(one)
    return groups


@dataclass(frozen=True, kw_only=True)
class _Net:
    """Net energy, or the words why there is none."""

    energy_j: float | None = None
    u_j: float | None = None
    upper_j: float | None = None
    status: Status = Status.OK
    reasons: tuple[Reason, ...] = ()


def _verdict(source: str, scope: str, parts: Parts) -> Energy:
    u_w = K * math.hypot(parts.u_mean_w, parts.u_offset_w, parts.gain_gross_w)
    reasons = parts.faults
    status = Status.INVALID if reasons or parts.energy_j <= 0 or not parts.inferences else Status.OK
    if status is Status.INVALID and not reasons:
        words = "no inference was counted" if parts.energy_j > 0 else "the energy is not positive"
        reasons = (Reason(rule="V21", words=words),)
    if parts.readings < FEW_READINGS and status is Status.OK:
        few = Reason(
            rule="indicative",
            words="indicative: few readings in a window",
            seen=parts.readings,
            limit=FEW_READINGS,
        )
        reasons = (*reasons, few)
    net = _net(parts) if status is Status.OK else _Net(status=status)
    return Energy(
        source=source,
        scope=scope,
        status=net.status,
        reasons=(*reasons, *net.reasons),
        windows_ns=parts.windows_ns,
        inferences=parts.inferences,
        energy_j=parts.energy_j,
        u_j=u_w * parts.seconds,
        energy_net_j=net.energy_j,
        u_net_j=net.u_j,
        energy_net_upper_j=net.upper_j,
        idle_w=parts.idle_w,
        active_w=parts.active_w,
        inferences_per_joule=parts.inferences / parts.energy_j if parts.energy_j > 0 else 0.0,
        inferences_per_joule_net=parts.inferences / net.energy_j if net.energy_j else None,
    )


def _net(parts: Parts) -> _Net:
    """Net of idle: u^2 = u_active^2 + u_idle^2 + (g * P_net)^2."""
    if parts.idle_w is None:
        return _Net(reasons=(Reason(rule="idle", words="no idle window: net is not known"),))
    net_w = parts.active_w - parts.idle_w
    u_w = math.hypot(parts.u_work_w, parts.u_idle_w, parts.gain_net_w)
    if net_w < -RESOLVED * u_w:
        words = "work drew less than idleness, in watts"
        reason = Reason(rule="V21", words=words, seen=parts.active_w, limit=parts.idle_w)
        return _Net(status=Status.INVALID, reasons=(reason,))
    if net_w < RESOLVED * u_w:
        reason = Reason(
            rule="not resolved",
            words="net power not resolved: below 3 of its own uncertainties, in watts",
            seen=net_w,
            limit=RESOLVED * u_w,
        )
        # a negative mean is noise: the bound must not fall below what noise alone could hide
        upper_w = max(0.0, net_w) + K * u_w
        return _Net(upper_j=upper_w * parts.seconds, reasons=(reason,))
    # two means of noise differ by themselves: only more than that is a drift
    limit_w = max(MAX_DRIFT_SHARE * net_w, parts.quantum_w, RESOLVED * parts.u_drift_w)
    if abs(parts.drift_w) > limit_w:
        words = "idle power drifted between before and after, in watts: no net value"
        reason = Reason(rule="idle drift", words=words, seen=abs(parts.drift_w), limit=limit_w)
        return _Net(status=Status.SUSPECT, reasons=(reason,))
    return _Net(energy_j=net_w * parts.seconds, u_j=K * u_w * parts.seconds)
