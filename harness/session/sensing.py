"""Opens any meter; where one hangs on another board, that board is reached and its sensor found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.boards.probe import probe
from harness.errors import HarnessError, MeterError
from harness.power.discover import labelled
from harness.power.meters import another, jetson, table
from harness.session.echoes import LIFE_S

if TYPE_CHECKING:
    from harness.power.meters.meter import Meter, Traits
    from harness.records.board import BoardEntry, SensorFile
    from harness.records.meter import MeterEntry
    from harness.session.ready import Ready

# what a program may take to begin
_FIRST_S = 3.0

Reach = Callable[["BoardEntry"], "Ready"]


@dataclass(frozen=True, kw_only=True)
class Sensing:
    """An open meter, what is known of it, and the board that it hangs on, if it does."""

    meter: Meter
    traits: Traits
    ready: Ready | None = None

    def close(self) -> None:
        """Let go of the meter and of its board."""
        self.meter.close()
        if self.ready is not None:
            self.ready.link.close()


def open_any(entry: MeterEntry, reach: Reach | None) -> Sensing:
    """Open a meter; MeterError, or the error that says why its board is not there.

    On that board no lease is taken: a sensor is read beside whatever goes on there.
    """
    if entry.at is None or reach is None:
        return Sensing(meter=table.open_meter(entry), traits=table.traits_of(entry))
    ready = reach(entry.at)
    try:
        return _tegrastats(entry, ready) if entry.kind == "tegrastats" else _hwmon(entry, ready)
    except BaseException:
        ready.link.close()
        raise


def traits_there(entry: MeterEntry, reach: Reach) -> Traits:
    """Return what is known of a meter; one that hangs on another board is looked at for it."""
    if entry.at is None:
        return table.traits_of(entry)
    sensing = open_any(entry, reach)
    sensing.close()
    return sensing.traits


def first_watts(entry: MeterEntry, reach: Reach) -> float:
    """Open a meter for one reading; raises as `open_any` does, or when it says nothing."""
    sensing = open_any(entry, reach)
    until = time.monotonic() + _FIRST_S + 2 * sensing.traits.period_ms / 1e3
    try:
        while time.monotonic() < until:
            sample = sensing.meter.read()
            if sample is not None:
                return sample.watts
        raise MeterError("said nothing", where=entry.kind, do="is it on, and does it flush?")
    finally:
        sensing.close()


def _hwmon(entry: MeterEntry, ready: Ready) -> Sensing:
    sensor = _sensor(entry, ready)
    stream = ready.transport.stream(_argv(ready, sensor), live=True)
    meter = another.Another(stream, sensor, where=f"{entry.target} {sensor.id}")
    traits = table.as_said(entry, another.traits_of_sensor(sensor))
    return Sensing(meter=meter, traits=traits, ready=ready)


def _tegrastats(entry: MeterEntry, ready: Ready) -> Sensing:
    """Its lines carry no time of the board: the controller's is that of their arrival."""
    seen = probe(ready.transport, ready.facts.entry)
    stream = ready.transport.stream(jetson.argv(entry), live=True)
    board = " ".join([seen.model, *seen.compatible])
    meter = jetson.Tegrastats(stream, board, where=entry.target, close=ready.link.close)
    traits = replace(jetson.traits(entry), scope=entry.scope or meter.scope)
    return Sensing(meter=meter, traits=table.as_said(entry, traits))


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
