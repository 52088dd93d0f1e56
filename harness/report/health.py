"""One card per board: what it is, how it fared, where its watts come from; judges no item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.records.measurement import Environment, Measurement, Status, is_unchecked
from harness.report import trials, words
from harness.report.context import BoardCard, Count, Fact
from harness.report.rows import Shown, run_tags, unique
from harness.report.verdicts import MARKS
from harness.store.reader import StoredRun
from harness.units import si, size_bytes

_SLOW_CLOCK = 0.95


def counts(measurements: Sequence[Measurement]) -> tuple[Count, ...]:
    """Return how many items have each status, also the statuses that none has."""
    return tuple(
        Count(mark=mark, items=sum(1 for m in measurements if m.status is status))
        for status, mark in MARKS.items()
    )


def cards(runs: Sequence[StoredRun], rows: Sequence[Shown]) -> tuple[BoardCard, ...]:
    """Return the boards in plan order, those without any result too."""
    tags = run_tags(runs)
    found = []
    for run in runs:
        for board in unique(p.board for p in run.plan.items):
            name = board + tags[run.id]
            found.append(_card(name, board, run, [r for r in rows if r.board == name]))
    return tuple(found)


def _card(name: str, board: str, run: StoredRun, rows: Sequence[Shown]) -> BoardCard:
    environment = next((r.environment for r in rows if r.environment), None)
    measurements = [r.m for r in rows]
    return BoardCard(
        name=name,
        model=environment.model if environment else "never reached",
        labels=_labels(environment, measurements),
        summary=_summary(environment),
        counts=tuple(c for c in counts(measurements) if c.items),
        facts=(
            *(_state(environment, measurements) if environment else ()),
            _power(measurements, run.facts.sensor_absent.get(board, "")),
            *trials.facts(run.facts.trials.get(board)),
            *_peaks(run.facts.peaks.get(board, {})),
            *_reads(run.facts.reads.get(board, {})),
        ),
        unchecked=_unchecked(measurements),
    )


def _labels(environment: Environment | None, rows: Sequence[Measurement]) -> tuple[str, ...]:
    emulated = any(m.emulated for m in rows) or bool(environment and environment.emulated)
    is_vm = any(m.vm for m in rows) or bool(environment and environment.vm)
    return (*(["emulated"] if emulated else []), *(["virtual machine"] if is_vm else []))


def _summary(environment: Environment | None) -> str:
    if environment is None:
        return ""
    parts = [
        environment.cpu_model,
        f"{environment.cores} cores" if environment.cores != 1 else "1 core",
        size_bytes(environment.memory_bytes) if environment.memory_bytes else "",
        environment.os,
        f"Linux {environment.kernel_release}" if environment.kernel_release else "",
    ]
    return " · ".join(part for part in parts if part)


def _state(environment: Environment, rows: Sequence[Measurement]) -> tuple[Fact, ...]:
    governor = environment.governor
    return (
        _clock(rows),
        Fact(
            name="governor",
            value=governor or "not readable",
            known=governor is not None,
            warn=governor in {"powersave", "ondemand", "conservative"},
        ),
        _temperature(rows),
        _throttled(environment, rows),
    )


def _throttled(environment: Environment, rows: Sequence[Measurement]) -> Fact:
    reasons = [[r for r in m.reasons if r.rule == "V09"] for m in rows]
    # the rule gives what it saw; without it, a counter went away
    throttled = sum(any(r.seen is not None for r in of_item) for of_item in reasons)
    if throttled:
        return Fact(name="throttled", value=f"{throttled} of {len(rows)} items", warn=True)
    # a counter that is not there reads unknown, never fine
    if any(reasons):
        return Fact(name="throttled", value="unknown: a counter went away", known=False)
    if not environment.counters:
        return Fact(name="throttled", value="unknown: no counter here", known=False)
    return Fact(name="throttled", value="not seen")


def _unchecked(rows: Sequence[Measurement]) -> tuple[Fact, ...]:
    """What the rules could not look at, a line for each rule and cause: never taken for fine."""
    items: dict[tuple[str, str], int] = {}
    for m in rows:
        for one in m.unknown or ():
            items[one.rule, one.words] = items.get((one.rule, one.words), 0) + 1
    return tuple(
        Fact(name=rule, value=f"{why} ({count} of {len(rows)} items)", known=False)
        for (rule, why), count in sorted(items.items())
    )


def _clock(rows: Sequence[Measurement]) -> Fact:
    clocks = [m.clock_hz for m in rows if m.clock_hz]
    if not clocks:
        return Fact(name="clock", value="not measured", known=False)
    low, high = min(clocks), max(clocks)
    if low >= high * _SLOW_CLOCK:
        return Fact(name="clock", value=words.gigahertz(high))
    text = f"{words.gigahertz(low)} to {words.gigahertz(high)}"
    return Fact(name="clock", value=text, warn=True)


def _temperature(rows: Sequence[Measurement]) -> Fact:
    seen = [m.temperature_c for m in rows if m.temperature_c is not None]
    if not seen:
        return Fact(name="temperature", value="no sensor", known=False)
    return Fact(name="temperature", value=f"up to {max(seen):.0f} °C")


def _power(rows: Sequence[Measurement], looked_at: str) -> Fact:
    sources = unique(f"{e.source} ({e.scope})" for m in rows for e in m.energy)
    if sources:
        return Fact(name="power", value=", ".join(sources))
    if looked_at:
        return Fact(name="power", value=words.no_sensor(looked_at), known=False)
    said = next((m.energy_absent for m in rows if m.energy_absent), "")
    value = said or "not measured in this run"
    return Fact(name="power", value=value, known=False)


def _peaks(measured: Mapping[str, float]) -> tuple[Fact, ...]:
    if not measured:
        return ()
    text = " · ".join(f"{unit} {words.ops(value)}" for unit, value in measured.items())
    return (Fact(name="own limits", value=text),)


def _reads(measured: Mapping[str, float]) -> tuple[Fact, ...]:
    if not measured:
        return ()
    text = " · ".join(f"{level} {si(value, 'B/s')}" for level, value in measured.items())
    return (Fact(name="one core reads", value=text),)


def is_trusted(m: Measurement) -> bool:
    """Say whether an item's number may be quoted without a note."""
    return m.status is Status.OK and not m.emulated and not is_unchecked(m)


def trusted(measurements: Sequence[Measurement]) -> int:
    """Return how many items carry a number that may be quoted without a note."""
    return sum(1 for m in measurements if is_trusted(m))
