"""`harness build`: cross-compile the board-side runner."""

from __future__ import annotations

import typer

from harness.commands.console import note, out


def build(
    target: list[str] = typer.Argument(None, help="Targets; none = this machine's."),
    everything: bool = typer.Option(False, "--all", help="All four targets."),
) -> None:
    """Cross-compile runners; prints target, path, bytes and sha256 of each."""

    from harness.commands.reaching import this_target
    from harness.toolchain.build import build as compile_runner
    from harness.toolchain.targets import TARGETS

    wanted = list(TARGETS) if everything else (target or [this_target()])
    for name in wanted:
        binary = compile_runner(target=name, progress=note)
        out(f"{binary.target}  {binary.path}  {binary.size_bytes} bytes  {binary.sha256}")
