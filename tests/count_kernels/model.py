"""A static model of the hot blocks by llvm-mca, for cores that are not here; measures nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.count_kernels.mix import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.count_kernels.trace import Block, Call

SHARE = 0.95  # of the executed instructions are in the blocks that are modelled
ITERATIONS = 100
NEWEST, OLDEST = 30, 14
MISSING = "not installed: apt-get install llvm-19"


@dataclass(frozen=True, kw_only=True)
class Core:
    """A core, as llvm-mca knows it. Neoverse N1 is the A76's design; its own tables came first."""

    name: str
    mcpu: str
    ghz: float


CORES = (
    Core(name="A72", mcpu="cortex-a72", ghz=1.5),
    Core(name="A76", mcpu="neoverse-n1", ghz=2.4),
)


@dataclass(frozen=True, kw_only=True)
class Modelled:
    """Cycles of a call: as if nothing waited for anything, and with the waits within a block."""

    least_cycles: float
    cycles: float
    tables: str  # whose latencies and units: some cores borrow another's


@cache
def tool(name: str) -> str:
    """Return the newest llvm-mc or llvm-mca that is installed, or nothing."""
    names = [*(f"{name}-{n}" for n in range(NEWEST, OLDEST - 1, -1)), name]
    return next((path for one in names if (path := shutil.which(one))), "")


@cache
def version() -> str:
    """Return LLVM's version, or that it is missing."""
    if not tool("llvm-mca") or not tool("llvm-mc"):
        return MISSING
    done = subprocess.run(
        [tool("llvm-mca"), "--version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"LLVM version (\S+)", done.stdout)
    return f"llvm-mca {found[1]}" if found else "llvm-mca"


def modelled(call: Call, core: Core) -> Modelled | str:
    """Return the cycles of a call for aarch64, or in words why there are none."""
    if version() == MISSING:
        return MISSING
    hot = call.hot(SHARE)
    source = _assembly([block for block, _ in hot])
    argv = [tool("llvm-mca"), "-mtriple=aarch64", f"-mcpu={core.mcpu}", "-json"]
    argv.append(f"-iterations={ITERATIONS}")
    done = subprocess.run(argv, input=source, capture_output=True, text=True, check=False)
    if done.returncode:
        lacking = re.search(r"instruction requires: (\S+)", done.stderr)
        return f"has no {lacking[1]}" if lacking else done.stderr.strip().partition("\n")[0]
    told: dict[str, Any] = json.loads(done.stdout)
    views = [region["SummaryView"] for region in told["CodeRegions"]]
    # what was left out runs as fast as the rest
    times = call.instructions / sum(n * len(block.code) for block, n in hot)
    return Modelled(
        least_cycles=times * _sum(hot, [float(view["BlockRThroughput"]) for view in views]),
        cycles=times * _sum(hot, [view["TotalCycles"] / ITERATIONS for view in views]),
        tables=re.sub(r"Unit.*", "", told["TargetInfo"]["Resources"][0]),
    )


def _sum(hot: Sequence[tuple[Block, int]], cycles: Sequence[float]) -> float:
    return sum(times * one for (_, times), one in zip(hot, cycles, strict=True))


def _assembly(blocks: Sequence[Block]) -> str:
    """Return all blocks, a region each; the bytes tell more than the emulator's own words."""
    codes = [word(line).to_bytes(4, "little") for block in blocks for line in block.code]
    text = "\n".join(" ".join(f"{byte:#04x}" for byte in code) for code in codes)
    argv = [tool("llvm-mc"), "--disassemble", "-triple=aarch64", "-mattr=+v8.6a,+fullfp16"]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.strip() not in {"", ".text"}]
    parts = []
    for number, block in enumerate(blocks):
        parts += [f"# LLVM-MCA-BEGIN {number}", *lines[: len(block.code)], "# LLVM-MCA-END"]
        del lines[: len(block.code)]
    assert not lines
    return "\n".join(parts) + "\n"
