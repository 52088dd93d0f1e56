"""`harness kernels`: what a board can run, and the differential checker on a board."""

from __future__ import annotations

import math

import typer

from harness.commands.console import note, out

# a board may be emulated, and the extremes take their time on any
_LEAST_S, _PATIENCE = 900, 3

app = typer.Typer(help="List kernel variants; check them against their references.")


@app.command("list")
def list_variants(
    board: str = typer.Option("local", "-b", "--board", help="Board to ask."),
) -> None:
    """List the kernels of a board with the variants its CPU can run, best last."""
    from harness.commands.reaching import reach

    ready = reach(board)
    try:
        for kernel, variants in sorted(ready.facts.hello.variants.items()):
            out(f"{kernel}: {', '.join(variants)}")
    finally:
        ready.link.close()


@app.command("check")
def check(
    board: str = typer.Option("local", "-b", "--board", help="Board to check on."),
    budget_s: float = typer.Option(10.0, "--budget", min=0, max=3600, help="Seconds in all."),
    seed: int = typer.Option(1, min=0, help="Seed of the random cases."),
    only: str = typer.Option("", help="Only variants whose name contains this."),
) -> None:
    """Check every variant that a board can run against its `__ref`, on that board.

    Extremes come first and always; random shapes fill the budget. Exit 1 when a variant is wrong.
    """
    from harness.commands.reaching import reach
    from harness.session.held import HeldProgram
    from harness.toolchain.build import build

    ready = reach(board)
    try:
        binary = build(target=ready.facts.hello.target, program="check", progress=note)
        words = [
            "--budget",
            str(budget_s),
            "--seed",
            str(seed),
            *(["--only", only] if only else []),
        ]
        limit_s = math.ceil(_LEAST_S + _PATIENCE * budget_s)
        program = HeldProgram(ready, binary, words, limit_s)
        for text in program.lines():
            out(text)
    finally:
        ready.link.close()
    raise typer.Exit(program.status or 0)
