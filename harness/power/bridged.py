"""Joules of a board's own sensor, told in the scope of the meter that a bridge was made with.

A bridged figure is never a measured one and is never stored: it is worked out by the reader. The
gain of the sensor is in the bridge and in the joules alike and cancels as far as it stayed what it
was; it is counted once, not twice. The gain of the meter stays whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.records.measurement import Energy
from harness.records.rules import is_believed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.records.bridge import Bridge, Line
    from harness.records.measurement import Measurement

_K = 2
LABEL = "bridged"
# so far beyond the levels that were measured a line is still a line, as a share of their span
_BEYOND = 0.2


@dataclass(frozen=True, kw_only=True)
class Bridged:
    """Joules in the meter's scope; `energy` is made up in the form of measured ones."""

    energy: Energy
    bridge: Bridge


def fitting(bridges: Iterable[Bridge], row: Measurement) -> list[tuple[Bridge, Energy]]:
    """Return the newest bridge of each scope that starts at a source of this row's own.

    A scope that the row was measured in needs none.
    """
    newest: dict[str, tuple[Bridge, Energy]] = {}
    measured = {e.scope for e in row.energy if is_believed(e.status)}
    for bridge in sorted(bridges, key=lambda b: b.made):
        if (bridge.board_id, bridge.mode) != (row.board_id, row.mode):
            continue
        for energy in row.energy:
            same = (energy.source, energy.scope) == (bridge.own.name, bridge.own.scope)
            if same and bridge.meter.scope not in measured:
                newest[bridge.meter.scope] = (bridge, energy)
    return list(newest.values())


def bridged(bridges: Sequence[Bridge], row: Measurement) -> tuple[Bridged, ...]:
    """Return what can be told of a row in scopes that it was not measured in."""
    if row.emulated:
        return ()
    found = (across(bridge, energy) for bridge, energy in fitting(bridges, row))
    return tuple(one for one in found if one is not None)


def across(bridge: Bridge, own: Energy) -> Bridged | None:
    """Carry joules over the bridge; None where they are not believed, or no line carries them.

    Gross needs the line, within the watts that it was measured at; net comes by the ratio alone.
    """
    seconds = sum(end - begin for begin, end in own.windows_ns) / 1e9
    if not is_believed(own.status) or seconds <= 0 or own.inferences <= 0:
        return None
    line = bridge.line
    if line is None or bridge.ratio <= 0 or not _is_within(bridge, own.active_w):
        return None
    gross_w = line.a_w + line.b * own.active_w
    if gross_w <= 0:
        return None
    u_w = _u_gross(bridge, line, own.active_w, own.u_j / _K / seconds)
    net_j, u_net_j = _net(bridge, own)
    upper_j = own.energy_net_upper_j
    energy_j = gross_w * seconds
    return Bridged(
        bridge=bridge,
        energy=Energy(
            source=f"{LABEL}: {own.source} over {bridge.meter.name}",
            scope=bridge.meter.scope,
            status=own.status,
            reasons=own.reasons,
            windows_ns=own.windows_ns,
            inferences=own.inferences,
            energy_j=energy_j,
            u_j=_K * u_w * seconds,
            energy_net_j=net_j,
            u_net_j=u_net_j,
            energy_net_upper_j=None if upper_j is None else upper_j * _most(bridge),
            idle_w=None if own.idle_w is None else line.a_w + line.b * own.idle_w,
            active_w=gross_w,
            inferences_per_joule=own.inferences / energy_j,
            inferences_per_joule_net=own.inferences / net_j if net_j else None,
        ),
    )


def refusal(bridge: Bridge, own: Energy) -> str:
    """Return why `across` gives nothing, "" where it gives something."""
    if across(bridge, own) is not None:
        return ""
    if bridge.line is None:
        return bridge.line_refused
    if not is_believed(own.status):
        return "its own joules are not believed"
    return (
        f"{own.active_w:.3g} W lies outside of the {bridge.from_w:.3g} to {bridge.to_w:.3g} W"
        " that the bridge was measured at"
    )


def _is_within(bridge: Bridge, watts: float) -> bool:
    room = _BEYOND * (bridge.to_w - bridge.from_w)
    return bridge.from_w - room <= watts <= bridge.to_w + room


def _u_gross(bridge: Bridge, line: Line, own_w: float, u_own_w: float) -> float:
    """k = 1: noise and spread of the line there, gain and zero of the meter, the sensor's u."""
    noise = line.var_a + 2 * own_w * line.cov_ab + own_w * own_w * line.var_b
    gross_w = line.a_w + line.b * own_w
    return math.hypot(
        math.sqrt(max(0.0, noise)),
        line.spread_w,
        bridge.meter.gain * gross_w,
        bridge.meter.offset_w,
        line.b * u_own_w,
    )


def _net(bridge: Bridge, own: Energy) -> tuple[float | None, float | None]:
    if own.energy_net_j is None or own.u_net_j is None:
        return None, None
    net_j = bridge.ratio * own.energy_net_j
    u_j = math.hypot(
        bridge.ratio * own.u_net_j,
        own.energy_net_j * bridge.u_ratio_noise,
        _K * bridge.meter.gain * net_j,
    )
    return net_j, u_j


def _most(bridge: Bridge) -> float:
    """Return the largest ratio that the bridge leaves open."""
    return bridge.ratio + bridge.u_ratio
