"""`harness runs`: the runs in the results folder, newest last, and which are still open."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import EXIT_STORE, StoreError

if TYPE_CHECKING:
    from harness.store.reader import StoredRun


def runs() -> None:
    """List the runs in the results folder; what cannot be read is named, the rest is listed."""
    from harness.store.layout import list_folders, results_root
    from harness.store.reader import read_run

    root = results_root()
    folders = list(list_folders(root))
    unread = 0
    for folder in folders:
        try:
            out(_line(read_run(folder)))
        except StoreError as error:
            unread += 1
            note(str(error))
    if not folders:
        note(f"no runs in {root}; make one: harness run @local")
    if unread:
        raise typer.Exit(EXIT_STORE)


def _line(stored: StoredRun) -> str:
    counts = Counter(m.status.value for m in stored.measurements)
    if stored.missing:
        counts["missing"] = len(stored.missing)
    words = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "no rows"
    boards = ", ".join(dict.fromkeys(p.board for p in stored.plan.items))
    started = stored.facts.started[:16]
    return f"{stored.facts.run}  {started}  {stored.plan.suite}  {boards}  {words}{_state(stored)}"


def _state(stored: StoredRun) -> str:
    from harness.store.lock import is_under_way

    if stored.closed:
        return ""
    if is_under_way(stored.folder):
        return "  (under way)"
    return "  (open: `harness resume` goes on with it, `harness stop` closes it)"
