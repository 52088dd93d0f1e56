"""`harness run`: a suite on its boards, from the file to the report."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.commands.wishes import FAIL_ON, FAIL_ON_DEFAULT, WAIT, Wishes, seconds, statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.commands.carrying import Away
    from harness.commands.planning import Chosen
    from harness.records.item import Plan
    from harness.session.ready import Ready


def run(
    suite: str = typer.Argument(..., help="A suite file, or a built-in one: @local, @jetson ..."),
    board: list[str] = typer.Option([], "-b", "--board", help="Only these boards (name, tag:x)."),
    keyword: str | None = typer.Option(None, "-k", help="Only items whose label holds this."),
    profile: str | None = typer.Option(None, help="quick, standard or publish."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Print the plan with an estimate; end."),
    print_job: bool = typer.Option(False, "--print-job", help="Print each board's JOB; end."),
    provision: bool = typer.Option(
        False, "--provision", help="Install missing runtimes in our own folder on the boards."
    ),
    layers: bool = typer.Option(
        False, "--layers", help="Time each layer of networks that our runner carries out."
    ),
    isa_mask: str = typer.Option("", help="Pretend the CPU has only these features (a,b,c)."),
    wait: str = typer.Option("0s", help=WAIT),
    fail_on: str = typer.Option(FAIL_ON_DEFAULT, help=FAIL_ON),
    no_report: bool = typer.Option(False, "--no-report", help="Do not draw report.html."),
) -> None:
    """Run a suite on its boards, keep the results and draw the report."""
    from harness.commands.planning import make_plan, select, settle_networks
    from harness.commands.provisioning import provide
    from harness.commands.reaching import reach_all

    wishes = Wishes(
        isa_mask=isa_mask,
        wait_s=seconds(wait),
        fail_on=statuses(fail_on),
        draws_report=not no_report,
    )
    chosen = select(suite, board)
    settle_networks(chosen, profile=profile, keyword=keyword)
    note(f"{chosen.suite.name}: reaching {', '.join(e.name for e in chosen.entries)}")
    ready, away = reach_all(chosen.entries, isa_mask=isa_mask)
    try:
        if provision and not (dry_run or print_job):
            ready = provide(chosen.suite, ready)
        plan = make_plan(
            chosen,
            [r.facts for r in ready],
            keyword=keyword,
            profile=profile,
            unreached={name: error.what for name, error in away.items()},
            layers=layers,
        )
        if dry_run:
            _print_plan(plan, ready)
            code = _away_code(away)
        elif print_job:
            _print_jobs(plan, ready, wishes)
            code = _away_code(away)
        else:
            code = _carry_out(chosen, plan, ready, away, wishes)
    finally:
        for one in ready:
            one.link.close()
    raise typer.Exit(code)


def _print_plan(plan: Plan, ready: Sequence[Ready]) -> None:
    from harness.session.order import least_metered_s, protocol_on
    from harness.suite.estimate import estimate
    from harness.units import duration_ns

    for planned in plan.items:
        skip = f"  SKIPPED: {planned.skip}" if planned.skip else ""
        item = planned.item
        more = f" {item.scenario}" if item.scenario != "latency" else ""
        more += f" {item.inflight} in flight" if item.inflight > 1 else ""
        where = f"{item.runtime} {item.device} {item.cores}{more}"
        out(f"{planned.board}  {item.label}  {where}{skip}")
    protocols = {
        f.name: protocol_on(plan.protocol, f, least_metered_s(f))
        for f in (one.facts for one in ready)
    }
    for board, seconds_there in estimate(plan, protocols).items():
        out(f"{board}: about {duration_ns(seconds_there * 1e9)} of measuring")
    if plan.dropped:
        out(f"{plan.dropped} combinations do not exist in this version and were dropped")


def _print_jobs(plan: Plan, ready: Sequence[Ready], wishes: Wishes) -> None:
    from harness.commands.carrying import sessions_of
    from harness.session.job import render
    from harness.session.order import job_of, least_metered_s, legs
    from harness.store.layout import new_run_id

    for session in sessions_of(new_run_id(), plan, ready, wishes):
        seconds_there = least_metered_s(session.ready.facts)
        for works in legs(session.works):
            job = job_of(session, session.ready, works, metered_s=seconds_there)
            sys.stdout.buffer.write(render(job))
    sys.stdout.flush()


def _carry_out(
    chosen: Chosen, plan: Plan, ready: Sequence[Ready], away: Away, wishes: Wishes
) -> int:
    from harness.commands.carrying import carry_out_new, command_line
    from harness.store.layout import results_root
    from harness.store.writer import RunWriter

    with RunWriter.create(
        results_root(),
        plan,
        command=command_line(),
        inventory=chosen.inventory,
        isa_mask=wishes.isa_mask,
    ) as writer:
        return carry_out_new(writer, plan, ready, away, wishes)


def _away_code(away: Away) -> int:
    from harness.errors import worst

    return worst({error.exit_code for error in away.values()})
