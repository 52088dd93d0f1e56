"""`harness kernels`: what a board can run, and the differential checker on this machine."""

from __future__ import annotations

import typer

from harness.commands.console import note, out

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
    budget_s: float = typer.Option(10.0, "--budget", help="Seconds for random cases."),
    seed: int = typer.Option(1, help="Seed of the random cases."),
) -> None:
    """Run the differential checker natively: every variant against its `__ref`."""
    import subprocess

    from harness.commands.reaching import this_target
    from harness.toolchain.build import build

    binary = build(target=this_target(), program="check", progress=note)
    argv = [str(binary.path), "--budget", str(budget_s), "--seed", str(seed)]
    raise typer.Exit(subprocess.run(argv, check=False).returncode)
