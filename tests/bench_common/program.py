"""What both bench programs do alike: the words about this machine, one core, a voice on stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "PERFORMANCE.md"


def machine() -> str:
    """Return CPU and load of this machine, for the page's head."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    keys = ("model name", "cpu family", "model\t")
    found = [next((row for row in lines if row.startswith(key)), "") for key in keys]
    name, family, model = (row.partition(":")[2].strip() for row in found)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{name} (family {family}, model {model}), load average {load} at the begin"


def say(words: str) -> None:
    """Tell whoever waits."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 a program's own words


def on_one_core() -> None:
    """Bind this process, and all that it starts from now on, to one core and one thread."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
