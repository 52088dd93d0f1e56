"""`python -m tests.bench_networks`: rounds, build/bench/networks.json and docs/PERFORMANCE.md."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from harness.networks.ladder.data import FOLDER as FASHION
from harness.networks.zoo.registry import NETWORKS, settle
from tests.bench_common.page import put
from tests.bench_common.program import FOLDER, PAGE, machine, on_one_core, say
from tests.bench_networks import ladder, threads
from tests.bench_networks.goals import GOALS
from tests.bench_networks.ladder import Ladder
from tests.bench_networks.points import Points
from tests.bench_networks.rounds import Bench
from tests.bench_networks.rows import rows_of, table

ROWS = FOLDER / "networks.json"
ROUNDS = 5


def main() -> int:
    """Measure all goals and write both files; 0 whether met or not: the rows say it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--only", default="", help="goals whose name contains it")
    options.add_argument("--no-page", action="store_true", help="leave docs/PERFORMANCE.md alone")
    options.add_argument(
        "--fashion-mnist", type=Path, default=FASHION, metavar="FOLDER", help="the ladder's images"
    )
    asked = options.parse_args()
    if platform.machine() != "x86_64":
        say("bench-networks: the peers are those of an x86-64 machine")
        return 2
    where, begin = machine(), datetime.now(UTC)
    settle(NETWORKS, say=say)
    ROWS.parent.mkdir(parents=True, exist_ok=True)
    crews = threads.rows(say) if asked.only in threads.GOAL else []
    on_one_core()
    points = Points(asked.fashion_mnist)
    bench = Bench((goal for goal in GOALS if asked.only in goal.name), points)
    rungs = Ladder(points)
    say("files and environments; the first time takes minutes")
    bench.prepare(say)
    for number in range(asked.rounds):
        say(f"round {number + 1} of {asked.rounds}")
        bench.round(say)
        if asked.only in ladder.GOAL:
            rungs.round(say)
    rows = [*rows_of(bench), *rungs.rows(), *crews]
    page = table(rows, rounds=asked.rounds, machine=where, when=f"{begin:%Y-%m-%d %H:%M} UTC")
    ROWS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    if not asked.no_page:
        put(PAGE, page)
    say(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
