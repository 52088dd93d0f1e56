"""`python -m tests.count_kernels`: counts, build/count/kernels.json and docs/COUNTS.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.toolchain import zig
from harness.toolchain.build import build
from tests.count_kernels.emulator import Program
from tests.count_kernels.goals import LARQ
from tests.count_kernels.jobs import jobs
from tests.count_kernels.model import MISSING, SHARE, version
from tests.count_kernels.page import page
from tests.count_kernels.rows import row_of
from tests.count_kernels.trace import TraceError
from tests.count_networks.page import tail
from tests.helpers.virtual import home, qemu

if TYPE_CHECKING:
    from tests.count_kernels.jobs import Job
    from tests.count_kernels.rows import Row
    from tests.count_kernels.trace import Call

ROOT = Path(__file__).resolve().parents[2]
ROWS = ROOT / "build" / "count" / "kernels.json"
PAGE = ROOT / "docs" / "COUNTS.md"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 a program's own words


def _emulator() -> str:
    done = subprocess.run(
        [qemu("aarch64"), "--version"], capture_output=True, text=True, check=True
    )
    return "qemu " + done.stdout.split()[2]


def _show(call: Call) -> None:
    """Print where the instructions are executed, for the engineer at the kernel."""
    lines = []
    for block, times in call.hot(SHARE):
        part = 100 * times * len(block.code) / call.instructions
        lines += [f"{part:.1f} %, {times} times {len(block.code)}:", *block.code]
    _say("\n".join(lines))


def _counted(job: Job, checker: Path, *, hot: bool) -> Row | None:
    begin = time.monotonic()
    program = Program(path=checker, target=job.target, cpu=job.cpu)
    try:
        call = program.count(job.variant, job.shape, job.output)
    except TraceError as error:
        _say(f"{job.name}: no count: {error}")
        return None
    row = row_of(job, call)
    if hot:
        _show(call)
    verdict = {True: " met", False: f" NOT under {row.goal}", None: ""}[row.met]
    _say(
        f"{job.name}: {row.per_unit:.4f} per"
        f" {row.unit}, least {row.minimum:.4f}{verdict} ({time.monotonic() - begin:.0f} s)"
    )
    return row


def main() -> int:
    """Count everything and write both files; 0 whether met or not, 1 where a count is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="jobs with this in target, cpu, variant, ...")
    options.add_argument("--no-page", action="store_true", help="leave docs/COUNTS.md alone")
    options.add_argument("--hot", action="store_true", help="show the code that is executed most")
    asked = options.parse_args()
    if not (home() / "qemu10").is_dir():
        _say("count-kernels: no emulator here: make test-deps")
        return 2
    todo, begin = jobs(asked.only), datetime.now(UTC)
    built = {name: build(program="check", target=name).path for name in {j.target for j in todo}}
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        told = list(pool.map(lambda job: _counted(job, built[job.target], hot=asked.hot), todo))
    rows = [row for row in told if row is not None]
    ROWS.parent.mkdir(parents=True, exist_ok=True)
    ROWS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    when = f"{begin:%Y-%m-%d}, compiled by zig {zig.version()}"
    model = f"llvm-mca ({MISSING})" if version() == MISSING else version()
    text = page(rows, emulator=_emulator(), model=model, others=LARQ, when=when)
    if not asked.no_page:
        kept = tail(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else ""
        PAGE.write_text(f"{text.rstrip()}\n\n{kept}" if kept else text, encoding="utf-8")
    _say(text)
    return 0 if rows and len(rows) == len(todo) else 1


if __name__ == "__main__":
    sys.exit(main())
