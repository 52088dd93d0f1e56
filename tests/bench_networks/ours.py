"""Our side: the C that boards run (kernels/nets) behind a driver, one plan a process."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.toolchain.build import KERNELS, build

LIMIT_S = 300.0
# rooms that a network needs nothing of
_LEFT_OUT = frozenset({"runner", "check", "board", "peak"})


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One result; `unavailable` in place of a number."""

    ns: float = 0.0
    variants: str = ""
    arena_bytes: int = 0
    weights_bytes: int = 0
    unavailable: str = ""


@cache
def driver() -> Path:
    """Return the program, built when kernels or driver changed."""
    with tempfile.TemporaryDirectory(prefix="bench-networks-") as folder:
        kernels = Path(folder)
        for room in (p.name for p in KERNELS.iterdir() if p.is_dir() and p.name not in _LEFT_OUT):
            shutil.copytree(KERNELS / room, kernels / room)
        (kernels / "check").mkdir()
        shutil.copy(Path(__file__).with_name("driver.c"), kernels / "check")
        return build(target="x86_64", program="check", kernels_dir=kernels).path


def measure(
    plan: Path, images: Path, outputs: Path | None = None, *, vectors: bool = False
) -> Timed:
    """Time a plan on the first of `images`; `outputs` gets the answers to all of them.

    With `vectors` the matrix unit of a CPU is left alone.
    """
    argv = [driver(), plan, images, "" if outputs is None else outputs, *["vectors"] * vectors]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return Timed(unavailable=f"ours was not done in {LIMIT_S:.0f} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return Timed(unavailable=f"our process ended with {done.returncode}: {last}")
    return Timed(**json.loads(done.stdout))
