"""Checks every kernel variant on every CPU model: `make check-kernels`, to build/check/kernels.md.

Native, under emulation with old and new models of each target, and once more with programs that
die of undefined behaviour. Two processes at a time.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.toolchain.build import build
from tests.helpers.virtual import home
from tests.kernels.models import NEWEST, OTHERS, Model, Verdict, checked, runnable
from tests.kernels.sanitized import gcc_sanitized, zig_trapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "build" / "check" / "kernels.md"
BUDGET_S = 25.0  # of random shapes a run: all 19 within a quarter of an hour on two cores
LIMIT_S = 1200.0
WORKERS = 2
NATIVE = "x86_64"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One program on one CPU."""

    target: str
    column: str
    command: tuple[str | Path, ...]
    model: Model | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """A run, what came of it, and how long it took."""

    run: Run
    verdict: Verdict
    wrongly: frozenset[str]  # variants that ran or were skipped against the table
    seconds: float

    @property
    def good(self) -> bool:
        """Every variant was right or rightly skipped."""
        return self.verdict.good and not self.wrongly


def runs(only: str) -> Iterator[Run]:
    """Build the programs of all runs whose target or model contains a text; say how they run."""
    folder = TABLE.parent / "asan"
    if platform.machine() == NATIVE and only in NATIVE:
        sanitized = gcc_sanitized(folder)
        if sanitized is None:
            _say("no gcc here: the checker under ASan is left out")
        else:
            asan = ("env", "ASAN_OPTIONS=detect_leaks=0", sanitized)
            yield Run(target=NATIVE, column="ASan, UBSan", command=asan)
        yield Run(target=NATIVE, column="UBSan", command=(zig_trapping(NATIVE),))
        yield Run(target=NATIVE, column="this CPU", command=(_program(NATIVE),))
    for model in (model for model in NEWEST if only in model.name):
        trapping = tuple(model.command(zig_trapping(model.target)))
        column = f"UBSan, {model.cpu}"
        yield Run(target=model.target, column=column, command=trapping, model=model)
    for model in (model for model in (*NEWEST, *OTHERS) if only in model.name):
        command = tuple(model.command(_program(model.target)))
        yield Run(target=model.target, column=model.cpu, command=command, model=model)


def _program(target: str) -> Path:
    return build(program="check", target=target).path


def carry_out(run: Run, budget_s: float, seed: int) -> Done:
    """Run one checker."""
    begin = time.monotonic()
    words = ["--budget", f"{budget_s:g}", "--seed", str(seed)]
    verdict = checked([*run.command, *words], limit_s=LIMIT_S)
    wrongly = frozenset[str]()
    if run.model is not None:
        ran = {*verdict.checks, *verdict.failed}
        wrongly = frozenset(
            {name for name in ran if not runnable(name, run.model)}
            | {name for name in verdict.skipped if runnable(name, run.model)}
        )
    done = Done(run=run, verdict=verdict, wrongly=wrongly, seconds=time.monotonic() - begin)
    _say(f"{'ok  ' if done.good else 'FAIL'} {run.target} {run.column} ({done.seconds:.0f} s)")
    return done


def render(found: Sequence[Done]) -> str:
    """Return the page: a table for each target, variants by models, in each cell its checks."""
    parts = [
        "# Kernels checked\n",
        "Written by `make check-kernels`. In each cell: checks passed.\n",
    ]
    for target in dict.fromkeys(done.run.target for done in found):
        mine = [done for done in found if done.run.target == target]
        names = sorted({name for done in mine for name in _names(done.verdict)})
        parts.append(f"## {target}: {len(names)} variants\n")
        parts.append("| variant | " + " | ".join(done.run.column for done in mine) + " |")
        parts.append("|---" * (len(mine) + 1) + "|")
        parts += [f"| {n} | " + " | ".join(_cell(done, n) for done in mine) + " |" for n in names]
        parts.append("")
    parts += _faults(found)
    total = sum(sum(done.verdict.checks.values()) for done in found)
    state = "all right" if all(done.good for done in found) else "NOT all right"
    parts.append(f"{len(found)} runs, {total} checks: {state}.\n")
    return "\n".join(parts)


def _names(verdict: Verdict) -> set[str]:
    return {*verdict.checks, *verdict.skipped, *verdict.failed}


def _cell(done: Done, name: str) -> str:
    if name in done.verdict.failed:
        return "**FAIL**"
    if name in done.wrongly:
        return "**wrongly skipped**" if name in done.verdict.skipped else "**must not run**"
    if name in done.verdict.skipped:
        return "-"
    return str(done.verdict.checks.get(name, "**never came**"))


def _faults(found: Sequence[Done]) -> Iterator[str]:
    for done in found:
        where = f"{done.run.target} {done.run.column}"
        for name, words in done.verdict.failed.items():
            yield f"* {where}: {name} {words}"
        if not done.verdict.good and not done.verdict.failed:
            yield f"* {where}: ended with {done.verdict.status}: {done.verdict.words[-300:]}"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 a program's own words


def main() -> int:
    """Check everything and write the table; 1 when anything was wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--budget", type=float, default=BUDGET_S, help="seconds a run")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--only", default="", help="runs whose target or model contains it")
    asked = options.parse_args()
    if not (home() / "qemu10").is_dir():
        _say("check-kernels: no emulator here: make test-deps")
        return 2
    begin = time.monotonic()
    _say(f"seed {asked.seed}")
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        todo = runs(asked.only)
        jobs = [pool.submit(carry_out, run, asked.budget, asked.seed) for run in todo]
        found = [job.result() for job in jobs]
    page = render(found)
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(page, encoding="utf-8")
    _say(f"{page}\n{TABLE.relative_to(ROOT)}, {(time.monotonic() - begin) / 60:.1f} min")
    return 0 if found and all(done.good for done in found) else 1


if __name__ == "__main__":
    sys.exit(main())
