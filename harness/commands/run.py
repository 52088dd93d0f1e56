"""`harness run`: a suite on its boards, from the file to the report."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import (
    EXIT_BUG,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    ConfigError,
    HarnessError,
    UnknownTargetError,
)

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from harness.commands.planning import Chosen
    from harness.commands.recording import Recorder
    from harness.records.item import Plan
    from harness.records.measurement import Status
    from harness.session.carry_out import Session
    from harness.session.ready import Ready
    from harness.store.writer import RunWriter
    from harness.toolchain.build import Binary


POLL_S = 0.5
# how long boards may take to hear that the run is over
PATIENCE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The options of one `harness run`."""

    keyword: str | None
    profile: str | None
    isa_mask: str
    wait_s: float
    fail_on: frozenset[Status]
    draws_report: bool


def run(
    suite: str = typer.Argument(..., help="A suite file, or a built-in one: @local, @jetson ..."),
    board: list[str] = typer.Option([], "-b", "--board", help="Only these boards (name, tag:x)."),
    keyword: str | None = typer.Option(None, "-k", help="Only items whose label holds this."),
    profile: str | None = typer.Option(None, help="quick, standard or publish."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Print the plan with an estimate; end."),
    print_job: bool = typer.Option(False, "--print-job", help="Print each board's JOB; end."),
    isa_mask: str = typer.Option("", help="Pretend the CPU has only these features (a,b,c)."),
    wait: str = typer.Option("0s", help="Wait this long for a leased board: 30m, 90s."),
    fail_on: str = typer.Option("INVALID,FAILED,TIMEOUT,INFRA", help="Statuses that fail the run."),
    no_report: bool = typer.Option(False, "--no-report", help="Do not draw report.html."),
) -> None:
    """Run a suite on its boards, keep the results and draw the report."""
    from harness.commands.planning import select, settle_networks

    wishes = Wishes(
        keyword=keyword,
        profile=profile,
        isa_mask=isa_mask,
        wait_s=_seconds(wait),
        fail_on=_statuses(fail_on),
        draws_report=not no_report,
    )
    chosen = select(suite, board)
    settle_networks(chosen, profile=profile, keyword=keyword)
    ready, away = _make_ready(chosen, wishes)
    try:
        plan = _plan(chosen, ready, away, wishes)
        if dry_run:
            _print_plan(plan)
            code = _away_code(away)
        elif print_job:
            _print_jobs(plan, ready, wishes)
            code = _away_code(away)
        else:
            code = _carry_out(plan, ready, away, wishes)
    finally:
        for one in ready:
            one.link.close()
    raise typer.Exit(code)


def _make_ready(chosen: Chosen, wishes: Wishes) -> tuple[list[Ready], dict[str, HarnessError]]:
    from harness.session.ready import Ready, make_all_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    def runner_for(target: str) -> Binary:
        return runner(target, progress=note)

    note(f"{chosen.suite.name}: reaching {', '.join(e.name for e in chosen.entries)}")
    found = make_all_ready(
        list(chosen.entries), open_transport, runner_for, isa_mask=wishes.isa_mask
    )
    away = {name: r for name, r in found.items() if isinstance(r, HarnessError)}
    for name, error in away.items():
        note(f"{name}: {error}")
    reached = [r for r in found.values() if isinstance(r, Ready)]
    # a wrong option or a missing tool is the user's, not the board's: nothing is run then
    for error in away.values():
        if error.exit_code == EXIT_USAGE:
            for one in reached:
                one.link.close()
            raise error
    return reached, away


def _plan(
    chosen: Chosen, ready: Sequence[Ready], away: dict[str, HarnessError], wishes: Wishes
) -> Plan:
    from harness.commands.planning import make_plan

    return make_plan(
        chosen,
        [r.facts for r in ready],
        keyword=wishes.keyword,
        profile=wishes.profile,
        unreached={name: error.what for name, error in away.items()},
    )


def _print_plan(plan: Plan) -> None:
    from harness.suite.estimate import estimate
    from harness.units import duration_ns

    for planned in plan.items:
        skip = f"  SKIPPED: {planned.skip}" if planned.skip else ""
        item = planned.item
        out(f"{planned.board}  {item.label}  {item.runtime} {item.device} {item.cores}{skip}")
    for board, seconds in estimate(plan).items():
        out(f"{board}: about {duration_ns(seconds * 1e9)} of measuring")
    if plan.dropped:
        out(f"{plan.dropped} combinations do not exist in this version and were dropped")


def _sessions(
    run_id: str, plan: Plan, ready: Sequence[Ready], hashes: dict[str, str], wishes: Wishes
) -> list[Session]:
    from harness.commands.planning import prepare_works
    from harness.session.carry_out import Session
    from harness.session.judge import Context

    sessions = []
    for one in ready:
        planned = plan.of(one.facts.name)
        context = Context(
            run=run_id,
            plan=plan,
            facts=one.facts,
            environment=hashes.get(one.facts.name, ""),
            runner_sha256=one.deployed.sha256,
        )
        works = prepare_works([p for p in planned if not p.skip], one.facts, plan)
        sessions.append(
            Session(
                ready=one,
                context=context,
                works=works,
                skips=[p for p in planned if p.skip],
                isa_mask=wishes.isa_mask,
                wait_s=wishes.wait_s,
            )
        )
    return sessions


def _print_jobs(plan: Plan, ready: Sequence[Ready], wishes: Wishes) -> None:
    from harness.session.carry_out import job_of
    from harness.session.job import render
    from harness.store.layout import new_run_id

    for session in _sessions(new_run_id(), plan, ready, {}, wishes):
        sys.stdout.buffer.write(render(job_of(session)))
    sys.stdout.flush()


def _carry_out(
    plan: Plan, ready: Sequence[Ready], away: dict[str, HarnessError], wishes: Wishes
) -> int:
    from harness.commands.recording import Recorder
    from harness.store.layout import new_run_id, results_root
    from harness.store.writer import RunWriter

    run_id = new_run_id()
    command = shlex.join(["harness", *sys.argv[1:]])
    with RunWriter.create(results_root(), plan, command=command, run=run_id) as writer:
        recorder = Recorder(writer=writer, fail_on=wishes.fail_on)
        hashes = _environments(writer, ready)
        _account_away(recorder, plan, away)
        interrupted = _measure(_sessions(run_id, plan, ready, hashes, wishes), recorder)
        lost = recorder.account(plan, ready, "stopped at once" if interrupted else "")
        codes = [EXIT_INTERRUPTED] if interrupted else [EXIT_BUG] if lost else []
        code = recorder.exit_code(codes)
        folder = writer.close(code)
    _finish(recorder, plan, away, wishes, str(folder))
    return code


def _environments(writer: RunWriter, ready: Sequence[Ready]) -> dict[str, str]:
    from harness.boards.facts import environment

    hashes = {}
    for one in ready:
        hashes[one.facts.name] = writer.add_environment(environment(one.facts))
        if not one.facts.sensors:
            writer.no_sensor(one.facts.name, one.facts.sensor_absent)
    return hashes


def _account_away(recorder: Recorder, plan: Plan, away: dict[str, HarnessError]) -> None:
    """Boards that could not be reached: their items are rows too."""
    from harness.session.away import rows
    from harness.session.events import Closed, Failed

    for name, error in away.items():
        for row in rows(recorder.writer.run, plan, name, error):
            recorder.take(Closed(board=name, measurement=row))
        if not isinstance(error, UnknownTargetError):
            recorder.take(Failed(board=name, error=error))


def _measure(sessions: Sequence[Session], recorder: Recorder) -> bool:
    """Feed every event to the store and the display; returns whether the user stopped the run."""
    from harness.commands.progress import Progress
    from harness.commands.stopping import stoppable
    from harness.session.link import Control
    from harness.session.run import Run

    control = Control()
    with (
        stoppable(control) as stop,
        Progress([s.ready.facts.name for s in sessions]) as progress,
    ):
        under_way = Run(sessions, control)
        try:
            while not under_way.is_over and not stop.at_once:
                event = under_way.get(POLL_S)
                if event is not None:
                    recorder.take(event)
                    progress.feed(event)
        finally:
            # however this ends, no worker of ours goes on measuring for nobody
            interrupted = control.cancel.is_set()
            for event in under_way.stop(PATIENCE_S):
                recorder.take(event)
    return interrupted


def _finish(
    recorder: Recorder, plan: Plan, away: Container[str], wishes: Wishes, folder: str
) -> None:
    from pathlib import Path

    from harness.report.text import item_line

    order = {(p.board, p.item.item_id): n for n, p in enumerate(plan.items)}
    for row in sorted(recorder.rows, key=lambda m: order.get((m.board, m.item), len(order))):
        out(item_line(row))
    for board, error in recorder.errors:
        if board not in away:  # those were named at the start
            note(f"{board}: {error}")
    out(f"run {recorder.writer.run}  {folder}")
    if wishes.draws_report:
        from harness.commands.report import draw
        from harness.store.reader import read_run

        place = Path(folder) / "report.html"
        draw([read_run(Path(folder))], place)
        out(f"report {place}")


def _away_code(away: dict[str, HarnessError]) -> int:
    from harness.errors import worst

    return worst({error.exit_code for error in away.values()})


def _seconds(words: str) -> float:
    factors = {"s": 1, "m": 60, "h": 3600}
    number, unit = words[:-1], words[-1:]
    try:
        return float(number) * factors[unit]
    except (ValueError, KeyError):
        raise ConfigError(f"--wait {words!r} is no duration", do="write 90s, 30m or 1h") from None


def _statuses(words: str) -> frozenset[Status]:
    from harness.records.measurement import Status

    try:
        return frozenset(Status(w.strip().upper()) for w in words.split(",") if w.strip())
    except ValueError:
        known = ", ".join(Status)
        raise ConfigError(f"--fail-on {words!r}", do=f"a list of: {known}") from None
