"""`harness compare`: two stored runs side by side. Advisory: stored runs carry session noise."""

from __future__ import annotations

import typer

from harness.commands.console import note, out


def compare(
    base: str = typer.Argument(..., help="The run to compare with."),
    head: str = typer.Argument("last", help="The run to judge."),
) -> None:
    """Compare the items two runs share. For a verdict that a CI may trust, use `harness gate`."""
    from harness.report.text import compare_joules, compare_table
    from harness.store.bridges import read_bridges
    from harness.store.layout import results_root
    from harness.store.reader import find_run

    first, second = (find_run(results_root(), name) for name in (base, head))
    out(str(compare_table(first.measurements, second.measurements)))
    bridges, damaged = read_bridges(results_root())
    joules = compare_joules(first.measurements, second.measurements, bridges)
    if joules is not None:
        out(str(joules))
    for words in damaged:
        note(words)
    note("Runs of different hours differ by session noise: this informs, `harness gate` decides.")
