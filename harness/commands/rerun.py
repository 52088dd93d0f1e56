"""`harness rerun`: measure some items of a stored run again, in a new run."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note
from harness.commands.wishes import FAIL_ON, FAIL_ON_DEFAULT, WAIT, Wishes, seconds, statuses
from harness.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from harness.records.item import Plan
    from harness.records.measurement import Status
    from harness.store.reader import StoredRun


def rerun(
    run: str = typer.Argument("last", help="Run id, its beginning, a path, or `last`."),
    status: str = typer.Option("suspect,infra", help="Items with these verdicts."),
    board: list[str] = typer.Option([], "-b", "--board", help="Only on these boards (names)."),
    wait: str = typer.Option("0s", help=WAIT),
    fail_on: str = typer.Option(FAIL_ON_DEFAULT, help=FAIL_ON),
    no_report: bool = typer.Option(False, "--no-report", help="Do not draw report.html."),
) -> None:
    """Measure the items of a run that have one of these verdicts again; the old run stays."""
    from harness.commands.carrying import carry_out_new, command_line
    from harness.commands.planning import settle_again
    from harness.commands.reaching import reach_all
    from harness.commands.reopened import entries
    from harness.store.layout import results_root
    from harness.store.reader import find_run, read_begun
    from harness.store.writer import RunWriter

    stored = find_run(results_root(), run)
    wishes = Wishes(
        isa_mask=stored.facts.isa_mask,
        wait_s=seconds(wait),
        fail_on=statuses(fail_on),
        draws_report=not no_report,
    )
    plan = _plan(stored, statuses(status, option="--status"), board)
    inventory, _ = read_begun(stored.folder)
    settle_again(plan, plan.items)
    names = dict.fromkeys(p.board for p in plan.items)
    note(f"{len(plan.items)} of {len(stored.plan.items)} items again: reaching {', '.join(names)}")
    ready, away = reach_all(entries(inventory, names), isa_mask=wishes.isa_mask)
    try:
        with RunWriter.create(
            results_root(),
            plan,
            command=command_line(),
            inventory=inventory,
            isa_mask=wishes.isa_mask,
            rerun_of=stored.id,
        ) as writer:
            code = carry_out_new(writer, plan, ready, away, wishes)
    finally:
        for one in ready:
            one.link.close()
    raise typer.Exit(code)


def _plan(stored: StoredRun, wanted: Container[Status], boards: Sequence[str]) -> Plan:
    """Return the plan of `stored` cut down to the wanted items, with inputs of its own."""
    verdicts = {(m.board, m.item): m.status for m in stored.measurements}
    items = tuple(
        p
        for p in stored.plan.items
        if verdicts.get((p.board, p.item.item_id)) in wanted
        and not p.skip
        and (not boards or p.board in boards)
    )
    if not items:
        raise ConfigError(
            f"run {stored.id} has no such item",
            do="`harness show RUN` lists its verdicts; --status takes a list of them",
        )
    return replace(stored.plan, items=items, seed=secrets.randbits(31), dropped=0)
