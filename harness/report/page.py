"""Runs -> the whole page as typed data; every section is asked for here, none draws itself."""

from __future__ import annotations

from collections.abc import Sequence

from harness.records.bridge import Bridge
from harness.records.measurement import is_unchecked
from harness.report import (
    absences,
    bars,
    grid,
    health,
    layers,
    long,
    surroundings,
    tables,
    tradeoffs,
    watts,
)
from harness.report import (
    bridges as crossings,
)
from harness.report.context import Fact, Heading, Page, Table, Watts
from harness.report.rows import Shown, shown, unique
from harness.store.reader import StoredRun


def build(runs: Sequence[StoredRun], command: str, bridges: Sequence[Bridge] = ()) -> Page:
    """Return the page of one or several runs. Raises ValueError without any run."""
    if not runs:
        raise ValueError("a report needs a run")
    rows = shown(runs, bridges)
    real = [r for r in rows if not r.m.emulated]
    short = [r for r in real if not long.is_long(r.m)]
    proven = [r for r in short if not is_unchecked(r.m)]
    charts, left_out = bars.charts(proven)
    absent = {board: said for run in runs for board, said in run.facts.sensor_absent.items()}
    compared = watts.watts(real, absent, bridges)
    return Page(
        heading=_heading(runs, command, rows, compared),
        boards=health.cards(runs, rows),
        glance=bars.glance(proven),
        results=grid.results(short),
        charts=charts,
        charts_left_out=left_out,
        networks=tables.networks(proven),
        layers=layers.breakdowns(proven),
        tradeoffs=tradeoffs.tradeoffs(proven),
        long_runs=long.tables(real),
        traces=long.traces(real),
        watts=compared,
        energy=tables.energy(real),
        bridges=crossings.used(real),
        energy_absent=_elsewhere(tables.energy_absent(rows), compared),
        peaks=tables.peaks(proven),
        emulated=_emulated(rows),
        complaints=absences.complaints(rows),
        skips=absences.skips(rows),
        environment=surroundings.environment(rows),
        methods=surroundings.methods(runs),
    )


def _elsewhere(absent: tuple[Fact, ...], compared: Watts | None) -> tuple[Fact, ...]:
    """Leave out what the table of boards that cannot be compared says already."""
    blocks = compared.table.blocks if compared else ()
    said = {row.head for block in blocks for row in block.rows}
    return tuple(fact for fact in absent if fact.name not in said)


def _emulated(rows: Sequence[Shown]) -> tuple[Table, ...]:
    return grid.results([r for r in rows if r.m.emulated])


def _heading(
    runs: Sequence[StoredRun], command: str, rows: Sequence[Shown], compared: Watts | None
) -> Heading:
    measurements = [r.m for r in rows]
    planned = sum(len(run.plan.items) for run in runs)
    missing = sum(len(run.missing) for run in runs)
    dropped = sum(run.plan.dropped for run in runs)
    boards = len(unique(p.board for run in runs for p in run.plan.items))
    lead = (
        f"{health.trusted(measurements)} of {planned} planned items on"
        f" {boards} {'board' if boards == 1 else 'boards'} have a number to trust."
        f" {planned - missing} of {planned} are accounted for."
    )
    if dropped:
        lead += f" {dropped} combinations do not exist and were never planned."
    return Heading(
        title=" + ".join(unique(run.facts.suite for run in runs)),
        lead=lead,
        facts=(
            *_facts(runs, command),
            *([Fact(name="watts", value=compared.lead, known=False)] if compared else []),
        ),
        counts=health.counts(measurements),
        warnings=_warnings(runs, missing),
    )


def _facts(runs: Sequence[StoredRun], command: str) -> tuple[Fact, ...]:
    last = runs[-1].facts
    commits = unique(_commit(run) for run in runs)
    tags = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ids = [f"{tags[i % 26]} = {run.id}" if len(runs) > 1 else run.id for i, run in enumerate(runs)]
    return (
        Fact(name="date", value=" and ".join(unique(_date(run) for run in runs))),
        Fact(name="run by", value=" and ".join(unique(run.facts.command for run in runs))),
        Fact(name="page by", value=command),
        Fact(name="commit", value=", ".join(commits)),
        Fact(name="harness", value=f"{last.harness}, profile {runs[-1].plan.protocol.profile}"),
        Fact(name="run", value=", ".join(ids)),
    )


def _date(run: StoredRun) -> str:
    started, ended = run.facts.started, run.facts.ended or ""
    day, _, clock = started.partition("T")
    if not ended:
        return f"{day} {clock[:5]} UTC"
    return f"{day} {clock[:5]} to {ended.partition('T')[2][:5]} UTC"


def _commit(run: StoredRun) -> str:
    if not run.facts.git_sha:
        return "outside of git"
    return run.facts.git_sha[:12] + (" with local changes" if run.facts.dirty else "")


def _warnings(runs: Sequence[StoredRun], missing: int) -> tuple[str, ...]:
    found = [f"run {run.id}: {note}" for run in runs for note in run.notes]
    if missing:
        found.append(f"{missing} planned items have no row: this run is not complete")
    return tuple(found)
