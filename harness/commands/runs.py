"""`harness runs`: the runs in the results folder, newest last."""

from __future__ import annotations

from collections import Counter

from harness.commands.console import note, out


def runs() -> None:
    """List the runs in the results folder."""
    from harness.store.layout import results_root
    from harness.store.reader import list_runs

    root = results_root()
    empty = True
    for stored in list_runs(root):
        empty = False
        counts = Counter(m.status.value for m in stored.measurements)
        words = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "no rows"
        boards = ", ".join(sorted({m.board for m in stored.measurements}))
        state = "" if stored.closed else "  (not closed)"
        started = stored.facts.started[:16]
        out(f"{stored.facts.run}  {started}  {stored.plan.suite}  {boards}  {words}{state}")
    if empty:
        note(f"no runs in {root}; make one: harness run @local")
