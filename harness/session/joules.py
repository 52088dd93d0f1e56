"""Energy frames of one item -> joules by source, or the words why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.power import cost, selftest
from harness.power.energy import SensorReadings, board_energies
from harness.power.integrate import Readings
from harness.records.board import BoardFacts, SensorFile
from harness.records.item import Work
from harness.records.measurement import Energy, PowerTrace
from harness.records.trial import SensorTrial
from harness.session.collect import Collector, ItemFrames
from harness.session.metering import Meters

if TYPE_CHECKING:
    from collections.abc import Sequence


def joules(
    facts: BoardFacts,
    work: Work,
    collector: Collector,
    frames: ItemFrames,
    meters: Meters | None = None,
) -> tuple[tuple[Energy, ...], str | None]:
    """Return totals and single sensors, then meters, and the words why some or all are missing."""
    if not facts.sensors and not facts.entry.meters:
        return (), facts.sensor_absent or "no sensor was found"
    if not work.item.energy:
        return (), "no energy window was asked for"
    own = board_energies([_readings_of(s, collector, frames) for s in facts.sensors])
    tried = trial(facts, collector)
    own = cost.judged(selftest.judged(own, tried.load_steps), tried.cost)
    metered, missing = meters(work, collector, frames) if meters else ((), "")
    silent = "the sensors gave no readings" if facts.sensors and not own else ""
    words = "; ".join(one for one in (silent, missing) if one)
    return (*own, *metered), words or None


def trial(facts: BoardFacts, collector: Collector) -> SensorTrial:
    """Return whether the sensors felt the load step, and what reading them costs; so far."""
    frame = collector.sampling_cost
    return SensorTrial(
        load_steps=selftest.step_windows([_step_of(s, collector) for s in facts.sensors]),
        cost=cost.sampling_cost(frame) if frame else None,
    )


def traces(board: str, collector: Collector) -> tuple[PowerTrace, ...]:
    """Return all proven power readings of a session in the form that is stored."""
    windows = [f for frames in collector.items.values() for f in frames.windows if not frames.fault]
    found = [(f, False) for f in (*collector.idle, *windows)]
    found += [(f, True) for f in collector.steps]
    # what has no sensor is a window of the meters beside the board, which keep their own
    return tuple(_trace(board, f, is_step=is_step) for f, is_step in found if f["sensor"])


def _trace(board: str, frame: dict[str, Any], *, is_step: bool = False) -> PowerTrace:
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
        is_step=is_step,
    )


def _readings_of(sensor: SensorFile, collector: Collector, frames: ItemFrames) -> SensorReadings:
    return _between_idle(sensor, frames.windows, collector)


def _step_of(sensor: SensorFile, collector: Collector) -> SensorReadings:
    return _between_idle(sensor, collector.steps, collector)


def _between_idle(
    sensor: SensorFile, found: Sequence[dict[str, Any]], collector: Collector
) -> SensorReadings:
    windows = [_readings(f) for f in found if f["sensor"] == sensor.id]
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
