"""Two threads beside one, by wall time, in one job of the runner: its rounds alternate them.

A round counts only when nothing else ran on the cores: there wall and CPU time agree. Every figure
is the 25th percentile over the rounds that count. Says `not measurable` where too few do.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.records.shape import parse
from tests.bench_common.page import MISSING
from tests.bench_kernels.rows import Row
from tests.kernels.runner_rig import Outcome, Rig, kernel, native

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GOAL = "two threads: times one thread, by wall time"
TARGET = 1.8
ROUNDS = 40
ENOUGH = 10  # undisturbed rounds of both
DISTURBED = 1.05  # wall time over CPU time per thread
SHAPES = (
    ("gemm", "w1a1", "512x512x512"),
    ("gemm", "w1a1", "784x128x1152"),
    ("gemm", "w8a8", "512x512x512"),
    ("gemm", "fp32", "512x512x512"),
    ("gemv", "w1a1", "4096x4096"),
    ("conv", "w1a1", "56x56x64x64k3"),
    ("conv", "w1a1", "14x14x256x256k3"),
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """p25 of a call by one thread and by two, in each round in which both were undisturbed."""

    one_ns: tuple[float, ...]
    two_ns: tuple[float, ...]


def rows(say: Callable[[str], None]) -> list[Row]:
    """Measure every shape; needs two CPUs to itself, whatever the caller is bound to."""
    made = []
    for op, scheme, shape in SHAPES:
        say(f"  threads: {op} {scheme} {shape}")
        with tempfile.TemporaryDirectory(dir=Path.cwd() / "build") as folder:
            outcome = _run(Path(folder), op, scheme, shape)
        made.append(_row(op, scheme, shape, outcome))
    return made


def _run(folder: Path, op: str, scheme: str, shape: str) -> Outcome:
    rig = Rig(folder, native())
    items = [
        {
            **kernel(f"by{n}", scheme),
            **parse(op, shape).keys,
            "op": op,
            "threads": n,
            "cores": "all",
        }
        for n in (1, 2)
    ]
    job = rig.job(
        "threads",
        items,
        deadline_s=180,
        budget_s=120,
        repetitions_min=ROUNDS,
        repetitions_max=ROUNDS,
        samples=40,
        sample_min_ns=5_000_000,
        warmup_ns=20_000_000,
    )
    return rig.execute(job)


def undisturbed(outcome: Outcome) -> Pair:
    """Return the rounds that count."""
    by = {n: {s["rep"]: _p25(s, n) for s in outcome.of("sample", f"by{n}")} for n in (1, 2)}
    good = [rep for rep in by[1] if by[1][rep] and by[2].get(rep)]
    return Pair(one_ns=tuple(by[1][r] for r in good), two_ns=tuple(by[2][r] for r in good))


def _p25(sample: dict[str, Any], threads: int) -> float:
    """p25 of a process's samples, ns a call; 0 where somebody else ran besides.

    Judged over all samples together: the CPU time of another thread is only known to the kernel's
    next tick. Members of a crew wait by looking, so undisturbed CPU time is threads x wall time.
    """
    wall, cpu = sum(sample["wall_ns"]), sum(sample["cpu_ns"])
    if wall * threads > DISTURBED * cpu:
        return 0.0
    return float(statistics.quantiles(sample["wall_ns"], n=4)[0] / sample["iterations"])


def _row(op: str, scheme: str, shape: str, outcome: Outcome) -> Row:
    pair = undisturbed(outcome)
    known = len(pair.one_ns) >= ENOUGH
    one, two = (_low(side) if known else 0.0 for side in (pair.one_ns, pair.two_ns))
    ratios = [a / b for a, b in zip(pair.one_ns, pair.two_ns, strict=True)]
    work = 2.0 * parse(op, shape).macs
    ran = {str(s["variant"]) for s in outcome.of("sample")}
    said = f"{len(ratios)} of {ROUNDS} rounds undisturbed"
    return Row(
        goal=GOAL,
        workload=op,
        scheme=scheme,
        shape=shape,
        variant=" ".join(sorted(ran)) or MISSING,
        ours=work / two if known else 0.0,
        unit="GOPS",
        peak_share=0.0,
        own_share=0.0,
        peer=f"one thread, {said}" if known else f"{MISSING}: not measurable: {said}",
        peers=work / one if known else 0.0,
        ratio=one / two if known else 0.0,
        ratio_range=(min(ratios), max(ratios)) if known else (0.0, 0.0),
        target=TARGET,
        met=one / two >= TARGET if known else None,
    )


def _low(found: Sequence[float]) -> float:
    return statistics.quantiles(found, n=4)[0]
