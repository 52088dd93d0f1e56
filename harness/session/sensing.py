"""A meter that hangs on another board of the inventory: that board made ready, its sensor found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.boards.probe import probe
from harness.errors import HarnessError, MeterError
from harness.power.discover import labelled
from harness.power.meters import another, table
from harness.session.echoes import LIFE_S

if TYPE_CHECKING:
    from harness.power.meters.meter import Meter, Traits
    from harness.records.board import BoardEntry, SensorFile
    from harness.records.meter import MeterEntry
    from harness.session.ready import Ready

Reach = Callable[["BoardEntry"], "Ready"]


@dataclass(frozen=True, kw_only=True)
class Sensing:
    """An open meter, what is known of it, and the board that it hangs on."""

    meter: Meter
    traits: Traits
    ready: Ready


def sense(entry: MeterEntry, reach: Reach) -> Sensing:
    """Open a meter of the kind `board`; MeterError, or the error that says why it is not there.

    No lease is taken: a sensor is read beside whatever that board does.
    """
    if entry.at is None:
        raise MeterError(f"the board {entry.target!r} is not known here", where="boards.yaml")
    ready = reach(entry.at)
    try:
        sensor = _sensor(entry, ready)
        stream = ready.transport.stream(_argv(ready, sensor), live=True)
        meter = another.Another(stream, sensor, where=f"{entry.target} {sensor.id}")
        traits = table.as_said(entry, another.traits_of_sensor(sensor))
        return Sensing(meter=meter, traits=traits, ready=ready)
    except BaseException:
        ready.link.close()
        raise


def _sensor(entry: MeterEntry, ready: Ready) -> SensorFile:
    seen = probe(ready.transport, ready.facts.entry)
    try:
        sensor = labelled(seen.files, entry.hwmon)
    except HarnessError as error:
        raise MeterError(error.what, where=entry.target, do=error.do) from None
    period_ms = entry.period_ms or sensor.period_ms
    return replace(sensor, period_ms=period_ms)


def _argv(ready: Ready, sensor: SensorFile) -> list[str]:
    root, period_ns = ready.facts.entry.root, sensor.period_ms * 1_000_000
    paths = [sensor.path, sensor.path2] if sensor.kind == "product" else [sensor.path]
    words = [str(LIFE_S), str(period_ns), root, sensor.kind, *paths]
    return [ready.deployed.runner, "sense", *words]
