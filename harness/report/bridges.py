"""A bridge in words and figures, for a terminal and for the page that uses it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.records.bridge import Bridge, Level
from harness.report.context import Fact
from harness.report.rows import Shown
from harness.report.text import Table
from harness.units import harmless, percent


def told(bridge: Bridge) -> str:
    """Return what both sources said of each load, the ratio, and the line or why there is none."""
    table = Table(
        title=f"{bridge.board}: {bridge.meter.name} ({bridge.meter.scope}) by"
        f" {bridge.own.name} ({bridge.own.scope}), mode {bridge.mode}",
        corner="load",
        columns=("sensor", "meter"),
        rows=tuple((level.load, _watts(level)) for level in bridge.levels),
        notes=(_ratio(bridge), _line(bridge)),
    )
    return "\n".join(harmless(line) for line in str(table).split("\n"))


def used(rows: Sequence[Shown]) -> tuple[Fact, ...]:
    """Return each bridge that figures of these rows came over, with where it is from."""
    found = {(one.bridge, r.m.board): None for r in rows for one in r.joules if one.bridge}
    return tuple(
        Fact(
            name=f"{board} to {bridge.meter.scope}",
            value=f"{_ratio(bridge)}; {_line(bridge)}; {bridge.own.name} against"
            f" {bridge.meter.name} on {bridge.made.partition('T')[0]}, run {bridge.run[:13]}",
        )
        for bridge, board in found
    )


def _watts(level: Level) -> tuple[str, str]:
    return (
        f"{level.own_w:.2f} W +-{level.u_own_w:.2f}",
        f"{level.meter_w:.2f} W +-{level.u_meter_w:.2f}",
    )


def _ratio(bridge: Bridge) -> str:
    whole, noise = (percent(u / bridge.ratio, 1) for u in (bridge.u_ratio, bridge.u_ratio_noise))
    return (
        f"net: a watt of {bridge.own.scope} is {bridge.ratio:.3f} W of {bridge.meter.scope}"
        f" +-{whole} (k = 2; noise and spread alone +-{noise})"
    )


def _line(bridge: Bridge) -> str:
    line = bridge.line
    if line is None:
        return f"gross: not bridged: {bridge.line_refused}"
    spread = f", levels scatter by {line.spread_w:.2g} W" if line.spread_w > 0 else ""
    return (
        f"gross: {line.a_w:.2f} W + {line.b:.3f} x the sensor's, from {bridge.from_w:.1f} to"
        f" {bridge.to_w:.1f} W{spread}"
    )
