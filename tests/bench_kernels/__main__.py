"""`python -m tests.bench_kernels`: rounds, build/bench/kernels.json and docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from harness.toolchain.build import build
from tests.bench_kernels import outside, threads
from tests.bench_kernels.goals import GOALS
from tests.bench_kernels.rounds import ROOT, Bench
from tests.bench_kernels.rows import rows_of, table

ROWS = ROOT / "build" / "bench" / "kernels.json"
PAGE = ROOT / "docs" / "PERFORMANCE.md"
ROUNDS = 5


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    keys = ("model name", "cpu family", "model\t")
    found = [next((row for row in lines if row.startswith(key)), "") for key in keys]
    name, family, model = (row.partition(":")[2].strip() for row in found)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{name} (family {family}, model {model}), load average {load} at the begin"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 a program's own words


def main() -> int:
    """Measure all goals and write both files; 0 whether met or not: the rows say it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--only", default="", help="goals whose name contains it")
    options.add_argument("--no-page", action="store_true", help="leave docs/PERFORMANCE.md alone")
    asked = options.parse_args()
    if platform.machine() != "x86_64":
        _say("bench-kernels: the peers are those of an x86-64 machine")
        return 2
    machine, begin = _machine(), datetime.now(UTC)
    outside.fetch()
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    ROWS.parent.mkdir(parents=True, exist_ok=True)
    crews = threads.rows(_say) if asked.only in threads.GOAL else []
    # all that is started inherits one core
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    checker = build(program="check", target="x86_64").path
    bench = Bench(checker, [goal for goal in GOALS if asked.only in goal.name])
    for number in range(asked.rounds):
        _say(f"round {number + 1} of {asked.rounds}")
        bench.round(_say)
    rows = [*rows_of(bench), *crews]
    page = table(rows, rounds=asked.rounds, machine=machine, when=f"{begin:%Y-%m-%d %H:%M} UTC")
    ROWS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    if not asked.no_page:
        PAGE.write_text(page, encoding="utf-8")
    _say(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
