"""`harness stop`: end a run on its boards, keep what they finished, close it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from harness.commands.console import note
from harness.errors import EXIT_INFRA, EXIT_OK, LeaseHeldError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.commands.reopened import Reopened


def stop(
    run: str = typer.Argument("last", help="Run id, its beginning, a path, or `last`."),
    no_report: bool = typer.Option(False, "--no-report", help="Do not draw report.html."),
) -> None:
    """End a run on its boards; what is finished there is fetched and kept."""
    from harness.commands.reopened import reopen
    from harness.store.layout import find_folder, results_root

    folder = find_folder(results_root(), run)
    try:
        opened = reopen(folder)
    except LeaseHeldError:
        raise typer.Exit(_tell(folder)) from None
    with opened.writer:
        raise typer.Exit(_end(opened, draws_report=not no_report))


def _end(opened: Reopened, *, draws_report: bool) -> int:
    """No controller is left: cancel, fetch, account for the rest, close."""
    from harness.commands.reopened import go_on, reach_for
    from harness.commands.wishes import Wishes
    from harness.session.link import Control

    isa_mask = opened.stored.facts.isa_mask
    wishes = Wishes(isa_mask=isa_mask, fail_on=frozenset(), draws_report=draws_report)
    ready, away = reach_for(opened, isa_mask=isa_mask)
    control = Control()
    control.cancel.set()
    try:
        go_on(opened, ready, away, wishes, control, gives_up=True)
    finally:
        for one in ready:
            one.link.close()
    for board in away:
        note(f"{board}: could not be told; a worker there ends by its own deadline")
    return EXIT_INFRA if away else EXIT_OK


def _tell(folder: Path) -> int:
    """A controller is at work: its boards are told to stop, it sees that and closes the run."""
    from harness.commands.reaching import reach_all
    from harness.commands.reopened import entries
    from harness.session.cancel import cancel
    from harness.store.reader import read_begun, read_run

    run = read_run(folder)
    inventory, begun = read_begun(folder)
    ready, away = reach_all(entries(inventory, {b.board for b in begun}))
    for one in ready:
        name = one.facts.name
        told = [cancel(one, run.id, b) for b in begun if b.board == name]
        note(f"{name}: {'told to stop' if any(told) else 'has nothing of this run any more'}")
        one.link.close()
    note("its controller closes the run when the boards have closed their items")
    return EXIT_INFRA if away else EXIT_OK
