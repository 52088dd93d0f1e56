"""`harness show`: a run's items in a line each, one item in full, or a table."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import ConfigError

if TYPE_CHECKING:
    from harness.store.reader import StoredRun


def show(
    run: str = typer.Argument(
        "last", help="RUN or RUN/ITEM; RUN is an id, its beginning, or `last`."
    ),
    rows: str | None = typer.Option(None, help="Rows of a table: board, workload, scheme, ..."),
    cols: str | None = typer.Option(None, help="Columns of a table: scheme, board, ..."),
    metric: str = typer.Option(
        "inf/s", help="What the cells hold: inf/s, latency, peak, inf/J, rss, load ..."
    ),
) -> None:
    """Show a run: every item with its verdict and the reason in words."""
    from harness.report.text import item_lines, pivot
    from harness.report.trials import lines
    from harness.store.bridges import read_bridges
    from harness.store.layout import results_root
    from harness.store.reader import find_run

    name, _, item = run.partition("/") if not run.startswith((".", "/")) else (run, "", "")
    stored = find_run(results_root(), name)
    bridges, damaged = read_bridges(results_root())
    for words in (*stored.notes, *damaged):
        note(words)
    if item:
        _one(stored, item)
        return
    if rows or cols:
        table = pivot(stored.measurements, rows or "workload", cols or "scheme", metric, bridges)
        out(str(table))
        return
    for line in item_lines(stored.measurements, bridges):
        out(line)
    for line in lines(stored.facts.trials):
        out(line)
    if stored.missing:
        note(f"{len(stored.missing)} of {len(stored.plan.items)} planned items have no row")


def _one(stored: StoredRun, item: str) -> None:
    from harness.records.codec import to_json
    from harness.report.layers import table

    found = [m for m in stored.measurements if m.item.startswith(item)]
    if not found:
        known = ", ".join(sorted({m.item for m in stored.measurements})[:5])
        raise ConfigError(f"no item {item!r} in this run", do=f"it holds: {known} ...")
    for m in found:
        layers = table(m)
        # where they follow as a table, once is enough; `export` keeps every record as it is
        out(json.dumps(to_json(replace(m, layers=None) if layers else m), indent=2))
        if layers:
            out(str(layers))
