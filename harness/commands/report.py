"""`harness report`: one self-contained HTML file of one or several runs."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out

if TYPE_CHECKING:
    from harness.store.reader import StoredRun


def report(
    runs: list[str] = typer.Argument(None, help="Run ids, their beginnings, or `last` (default)."),
    output: Path | None = typer.Option(
        None, "-o", help="Default: report.html in the run's folder."
    ),
) -> None:
    """Draw the HTML report; works offline and without JavaScript."""
    from harness.store.layout import results_root
    from harness.store.reader import find_run

    stored = [find_run(results_root(), name) for name in (runs or ["last"])]
    place = output or stored[-1].folder / "report.html"
    draw(stored, place)
    out(str(place))


def draw(stored: list[StoredRun], place: Path) -> None:
    """Render `stored` runs into `place`, whole or not at all."""
    from harness.report.render import render, write
    from harness.store.bridges import read_bridges
    from harness.store.layout import results_root

    bridges, damaged = read_bridges(results_root())
    for words in damaged:
        note(words)
    write(place, render(stored, shlex.join(["harness", *sys.argv[1:]]), bridges))
