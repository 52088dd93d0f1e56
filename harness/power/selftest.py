"""Do the watts move when every core works? A source that does not feel that is not believed.

Pure: readings of the idle and of the loaded board to a finding for each source, and what follows
for the joules of that source. What the load was is the runner's business.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.power.energy import RESOLVED, minimum_window_s
from harness.power.parts import Parts, add, measure
from harness.records.measurement import Energy, Reason, Status
from harness.records.trial import LoadStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.energy import SensorReadings
    from harness.records.board import SensorFile

LABEL = "self-test"
NOT_TAKEN = "no load step was taken: whether these watts follow the load is not known"
_STEP_S = 5.0
_LEAST_SHARE = 1e-3  # of the idle watts: below it nothing is a load, however quiet the sensor


def step_s(sensors: Sequence[SensorFile], idle_s: float, metered_s: float = 0.0) -> float:
    """Return how long the load must last, its edges left out: ten readings of the slowest sensor.

    `metered_s`: a window for the slowest meter beside the board, 0 without one. 0 where nothing is
    read, and without an idle window to compare with.
    """
    if not (sensors or metered_s) or idle_s <= 0:
        return 0.0
    return max(min(idle_s, _STEP_S), minimum_window_s(sensors), metered_s)


def step_windows(sensors: Sequence[SensorReadings]) -> tuple[LoadStep, ...]:
    """Return a finding for each total and each single sensor, under the names of their energies.

    `windows` of each holds its readings under load (one window; () = no step was taken), idle ones
    stand beside it. Readings of a board's sensors and of a meter are alike here.
    """
    parts = {
        one.sensor.id: measure(one.sensor, one.windows, one.idle_before, one.idle_after)
        for one in sensors
        if one.windows
    }
    totals: dict[str, list[SensorFile]] = {}
    for one in sensors:
        if one.sensor.total:
            totals.setdefault(one.sensor.total, []).append(one.sensor)
    whole = [_of_rails(name, rails, parts) for name, rails in totals.items()]
    single = [_finding(one.sensor.id, parts.get(one.sensor.id)) for one in sensors]
    moved = any(found.believed for found in (*whole, *single))
    scopes = [one.sensor.scope for one in sensors]
    excused = [_excused(found, s, moved=moved) for found, s in zip(single, scopes, strict=True)]
    return (*whole, *excused)


def judged(energies: Sequence[Energy], steps: Sequence[LoadStep]) -> tuple[Energy, ...]:
    """Return the energies: INVALID (V21) where the source failed, labelled where nothing is known.

    A source without any finding is one whose step was not taken.
    """
    found = {step.source: step for step in steps}
    return tuple(_judged(energy, found.get(energy.source)) for energy in energies)


def _judged(energy: Energy, step: LoadStep | None) -> Energy:
    step = step or LoadStep(source=energy.source, words=NOT_TAKEN)
    if step.believed:
        return energy
    if step.believed is None:
        label = Reason(rule=LABEL, words=step.words)
        refused = energy.status is Status.INVALID  # it has worse to say
        return energy if refused else replace(energy, reasons=(*energy.reasons, label))
    reason = Reason(rule="V21", words=step.words, seen=_moved(step), limit=step.limit_w)
    return replace(
        energy,
        status=Status.INVALID,
        reasons=(*energy.reasons, reason),
        energy_net_j=None,
        u_net_j=None,
        energy_net_upper_j=None,
        inferences_per_joule_net=None,
    )


def _moved(step: LoadStep) -> float | None:
    if step.load_w is None or step.idle_w is None:
        return None
    return step.load_w - step.idle_w


def _of_rails(name: str, rails: Sequence[SensorFile], parts: dict[str, Parts]) -> LoadStep:
    own = [parts[rail.id] for rail in rails if rail.id in parts]
    return _finding(name, add(own) if len(own) == len(rails) else None)


def _finding(source: str, parts: Parts | None) -> LoadStep:
    if parts is None:
        return LoadStep(source=source, words=NOT_TAKEN)
    if parts.idle_w is None:
        return LoadStep(source=source, words="no idle window to compare the load with")
    if parts.faults:
        words = f"the load step cannot be read: {parts.faults[0].words}"
        return LoadStep(source=source, words=words)
    idle_w, load_w = parts.idle_w, parts.active_w
    # gain and zero of a sensor are the same on both sides
    limit_w = max(RESOLVED * math.hypot(parts.u_mean_w, parts.u_idle_w), _LEAST_SHARE * abs(idle_w))
    moved_w = load_w - idle_w
    seen = f"{idle_w:.3g} W idle, {load_w:.3g} W under load, 3u = {limit_w:.2g} W"
    if moved_w > limit_w:
        words = f"the watts follow the load: {seen}"
    elif moved_w < -limit_w:
        words = f"the watts moved down under load: {seen}"
    else:
        words = f"the watts did not move under load: {seen}"
    return LoadStep(
        source=source,
        believed=moved_w > limit_w,
        words=words,
        idle_w=idle_w,
        load_w=load_w,
        limit_w=limit_w,
    )


def _excused(found: LoadStep, scope: str, *, moved: bool) -> LoadStep:
    """A rail need not feed the cores where others show that the chip is read; a stick never does.

    Such a source is neither believed nor refused.
    """
    if found.believed is not False:
        return found
    if scope == "accelerator":
        why = "it is not the cores that it feeds"
    elif scope == "rails" and moved:
        why = "it may not feed the cores, other rails moved"
    else:
        return found
    return replace(found, believed=None, words=f"{found.words} ({why})")
