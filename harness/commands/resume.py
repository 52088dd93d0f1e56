"""`harness resume`: go on with a run whose controller or boards went away."""

from __future__ import annotations

from dataclasses import replace

import typer

from harness.commands.console import note
from harness.commands.wishes import FAIL_ON, FAIL_ON_DEFAULT, WAIT, Wishes, seconds, statuses


def resume(
    run: str = typer.Argument("last", help="Run id, its beginning, a path, or `last`."),
    wait: str = typer.Option("0s", help=WAIT),
    fail_on: str = typer.Option(FAIL_ON_DEFAULT, help=FAIL_ON),
    no_report: bool = typer.Option(False, "--no-report", help="Do not draw report.html."),
) -> None:
    """Go on with an open run: fetch what its boards finished, measure what is missing."""
    from harness.commands.reopened import go_on, reach_for, reopen
    from harness.session.link import Control
    from harness.store.layout import find_folder, results_root

    wishes = Wishes(wait_s=seconds(wait), fail_on=statuses(fail_on), draws_report=not no_report)
    opened = reopen(find_folder(results_root(), run))
    with opened.writer:
        missing = sum(len(items) for items in opened.items.values())
        note(f"{missing} of {len(opened.stored.plan.items)} items are missing")
        # what the run was begun with holds for what is still to be measured
        wishes = replace(wishes, isa_mask=opened.stored.facts.isa_mask)
        ready, away = reach_for(opened, isa_mask=wishes.isa_mask)
        try:
            code = go_on(opened, ready, away, wishes, Control())
        finally:
            for one in ready:
                one.link.close()
    raise typer.Exit(code)
