"""`harness export`: a run in another tool's form, on stdout or into a file."""

from __future__ import annotations

from pathlib import Path

import typer

from harness.commands.console import note


def export(
    run: str = typer.Argument("last", help="Run id, its beginning, a path, or `last`."),
    form: str = typer.Option("json", "--format", "-f", help="json, csv, md, ..."),
    output: Path | None = typer.Option(None, "-o", help="File to write; default stdout."),
) -> None:
    """Write a run as json, csv, md or the form of another benchmark tool."""
    from harness.store.export import export as render
    from harness.store.files import write_whole
    from harness.store.layout import results_root
    from harness.store.reader import find_run

    text = render(find_run(results_root(), run), form)
    if output is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return
    write_whole(output, text.encode())
    note(f"wrote {output}")
