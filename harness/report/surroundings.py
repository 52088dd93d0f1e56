"""The environment table, boards across, and the methods; states facts, compares nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from harness.records.measurement import Environment
from harness.report.context import Block, Cell, Fact, Row, Table
from harness.report.rows import Shown, unique
from harness.store.reader import StoredRun
from harness.units import size_bytes

_LINES: dict[str, Callable[[Environment], str]] = {
    "model": lambda e: e.model,
    "processor": lambda e: e.cpu_model,
    "features": lambda e: ", ".join(e.features),
    "not exercised": lambda e: ", ".join(e.idle_units) or "nothing known",
    "cores": lambda e: str(e.cores),
    "memory": lambda e: size_bytes(e.memory_bytes) if e.memory_bytes else "unknown",
    "system": lambda e: e.os,
    "kernel": lambda e: e.kernel_release,
    "governor": lambda e: e.governor or "not readable",
    "clock source": lambda e: e.clock_source,
    "emulated": lambda e: e.emulated or "no",
    "virtual machine": lambda e: "yes" if e.vm else "no",
    "boot": lambda e: e.boot_id[:13],
    "board id": lambda e: e.board_id[:13],
}


def environment(rows: Sequence[Shown]) -> Table | None:
    """Return what is known of each board's state; two states of one board are two columns."""
    known: dict[tuple[str, str], Environment] = {}
    builds: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.environment is None:
            continue
        key = (row.board, row.m.environment or "")
        known.setdefault(key, row.environment)
        builds.setdefault(key, []).extend([row.m.build.runner[:12]] if row.m.build else [])
    if not known:
        return None
    lines = [_line(name, [get(e) for e in known.values()]) for name, get in _LINES.items()]
    lines.append(_line("runner sha256", [", ".join(unique(b)) for b in builds.values()]))
    return Table(
        title="Environment",
        corner="",
        columns=tuple(board for board, _ in known),
        blocks=(Block(title="", rows=tuple(lines)),),
    )


def _line(name: str, values: Sequence[str]) -> Row:
    return Row(head=name, cells=tuple(Cell(value=v or "unknown", align="text") for v in values))


# what a reader must know to judge the numbers; braces are filled from the run's own plan
_METHODS = {
    "Proof": """Every timed output is checked in the process that was timed, in full, before and
        after timing: bit for bit for integer schemes, within a tolerance for floating point.
        A wrong output gets no number.""",
    "Repetitions": """Profile {profile}: {repetitions_min} to {repetitions_max} fresh processes an
        item in shuffled rounds (seed {seed}), {samples} samples each of at least {sample_min_ms:g}
        ms, after {warmup_ms:g} ms of warm-up.""",
    "Latency": """p25 is the geometric mean of the processes' lower quartiles; \N{PLUS-MINUS SIGN}
        is the half-width of its 95 % interval (Student's t over processes). A process, never an
        iteration, is the unit of analysis.""",
    "Ranks": """Only where intervals separate: 1-2 means that both places are open. A SUSPECT item
        keeps its place with an interval twice as wide. Emulated boards are never ranked.""",
    "Speed-up": """fp32 latency over the scheme's latency, same board, same setting, same run; both
        intervals add in quadrature.""",
    "Energy": """Processes of their own: {energy_windows} checked windows of at least
        {energy_window_s:g} s, gross and net of idle, k = 2. Scopes are different quantities and
        never stand in one table.""",
    "Several runs": """Runs of different hours differ by session noise of some per cent. Whether a
        build is slower is decided by `harness gate`, which runs both in turns on one board.""",
}


def methods(runs: Sequence[StoredRun]) -> tuple[Fact, ...]:
    """Return how the numbers were made, in words, with this run's own settings."""
    plan = runs[-1].plan
    settings = {**dataclasses.asdict(plan.protocol), "seed": plan.seed}
    return tuple(
        Fact(name=name, value=" ".join(text.split()).format(**settings))
        for name, text in _METHODS.items()
    )
