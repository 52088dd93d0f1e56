"""Energy frames of one item -> joules by source, or the words why there are none."""

from __future__ import annotations

from typing import Any

from harness.power.energy import SensorReadings, board_energies
from harness.power.integrate import Readings
from harness.records.board import BoardFacts, SensorFile
from harness.records.item import Work
from harness.records.measurement import Energy, PowerTrace
from harness.session.collect import Collector, ItemFrames


def joules(
    facts: BoardFacts, work: Work, collector: Collector, frames: ItemFrames
) -> tuple[tuple[Energy, ...], str | None]:
    """Return totals and single sensors, or () and why no joule can be given."""
    if not facts.sensors:
        return (), facts.sensor_absent or "no sensor was found"
    if not work.item.energy:
        return (), "no energy window was asked for"
    found = board_energies([_readings_of(s, collector, frames) for s in facts.sensors])
    return found, None if found else "the sensors gave no readings"


def traces(board: str, collector: Collector) -> tuple[PowerTrace, ...]:
    """Return all proven power readings of a session in the form that is stored."""
    windows = [f for frames in collector.items.values() for f in frames.windows if not frames.fault]
    return tuple(_trace(board, frame) for frame in (*collector.idle, *windows))


def _trace(board: str, frame: dict[str, Any]) -> PowerTrace:
    readings = _readings(frame)
    return PowerTrace(
        board=board,
        item=str(frame.get("item", "")),
        sensor=str(frame["sensor"]),
        begin_ns=readings.begin_ns,
        end_ns=readings.end_ns,
        inferences=readings.inferences,
        t_ns=tuple(readings.t_ns),
        raw=tuple(int(v) for v in readings.raw),
        raw2=tuple(int(v) for v in readings.raw2),
    )


def _readings_of(sensor: SensorFile, collector: Collector, frames: ItemFrames) -> SensorReadings:
    windows = [_readings(f) for f in frames.windows if f["sensor"] == sensor.id]
    idle = [_readings(f) for f in collector.idle if f["sensor"] == sensor.id]
    if not windows:
        return SensorReadings(sensor=sensor, windows=())
    begin, end = windows[0].begin_ns, windows[-1].end_ns
    return SensorReadings(
        sensor=sensor,
        windows=windows,
        idle_before=next((i for i in reversed(idle) if i.end_ns <= begin), None),
        idle_after=next((i for i in idle if i.begin_ns >= end), None),
    )


def _readings(frame: dict[str, Any]) -> Readings:
    return Readings(
        begin_ns=int(frame["begin_ns"]),
        end_ns=int(frame["end_ns"]),
        t_ns=tuple(frame["t_ns"]),
        raw=tuple(frame["raw"]),
        raw2=tuple(frame.get("raw2") or ()),
        inferences=int(frame.get("inferences") or 0),
    )
