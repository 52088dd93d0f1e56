"""Runs that last long enough to be broken into, and what must hold of them afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.records.measurement import Status
from harness.store.layout import list_folders
from harness.store.reader import StoredRun, read_run, read_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.helpers.cli import User

REPETITIONS = 4
# about five seconds on one board: six items, four rounds
STEADY = """\
protocol: {{repetitions_min: {0}, repetitions_max: {0}, samples: 20, sample_min_ms: 5.0,
  warmup_ms: 20.0, precision: 0.0001, budget_s: 120}}
"""
GEMMS = "  - {ops: [gemm], schemes: [w1a1, w8a8, fp32], shapes: [64x64x64, 96x96x96]}"
ITEMS = 6
BELIEVED = {Status.OK, Status.SUSPECT}


def steady_suite(user: User, boards: str, repetitions: int = REPETITIONS) -> None:
    """Put the suite of this module into the user's folder; more repetitions only end when told."""
    user.suite(boards, GEMMS, STEADY.format(repetitions))


def under_way(user: User, board_dir: Path, samples: int = 3) -> subprocess.Popen[str]:
    """Start a run of `suite.yaml` and return when its board has written down so many samples."""
    process = user.start("run", "suite.yaml", "--no-report")
    wait_for(lambda: spools(board_dir), 60, "the worker's spool")
    wait_for(lambda: measured(board_dir) >= samples, 120, f"{samples} samples")
    return process


def orphaned(user: User, board_dir: Path, samples: int = 3) -> None:
    """Leave an open run behind: its controller is killed while the board measures."""
    process = under_way(user, board_dir, samples)
    process.kill()
    process.communicate()


def only_run(user: User) -> StoredRun:
    """Return the one run there is."""
    (folder,) = list_folders(user.results)
    return read_run(folder)


def spools(board_dir: Path) -> list[str]:
    """Return the spools on a board with a `dir:` of its own: one for each attempt ever begun."""
    return sorted(p.name for p in (board_dir / "harness" / "runs").glob("*.spool"))


def measured(board_dir: Path) -> int:
    """Return how many samples the board's spools hold, whichever attempt they are of."""
    folder = board_dir / "harness" / "runs"
    return sum((folder / name).read_bytes().count(b'"kind":"sample"') for name in spools(board_dir))


def workers(board_dir: Path) -> list[int]:
    """Return the processes of our runner that were started from this board's folder."""
    from pathlib import Path as Place

    found = []
    for exe in Place("/proc").glob("[0-9]*/exe"):
        try:
            target = str(exe.readlink())
        except OSError:
            continue
        if target.startswith(str(board_dir)):
            found.append(int(exe.parent.name))
    return found


def kill(pids: Iterable[int]) -> None:
    """Send SIGKILL to those that are still there: the death of one worker may end another."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_for(what: Callable[[], object], limit_s: float, words: str) -> float:
    """Wait until `what` is true and return how long it took; AssertionError after `limit_s`."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < limit_s, f"{words}: not within {limit_s} s"
        time.sleep(0.05)
    return time.monotonic() - began


def duplicates(run: StoredRun) -> int:
    """Return how many measurements are there more than once; INFRA rows measure nothing."""
    rows = Counter((m.board, m.item) for m in run.attempts if m.status is not Status.INFRA)
    sets = Counter((s.board, s.item, s.attempt, s.repetition) for s in read_samples(run))
    return sum(n - 1 for n in (*rows.values(), *sets.values()))


def lost(run: StoredRun) -> int:
    """Return how many planned items have no number, or one of fewer repetitions than asked for."""
    whole = {
        (m.board, m.item)
        for m in run.measurements
        if m.status in BELIEVED and m.latency_ns and m.latency_ns.repetitions == REPETITIONS
    }
    return len(run.plan.items) - len(whole)
