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

from tests.bench_common.page import MISSING
from tests.bench_common.program import FOLDER
from tests.kernels.runner_rig import Outcome, Rig, native

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.kernels.runner_rig import Value

ROUNDS = 40
ENOUGH = 10  # undisturbed rounds of both
DISTURBED = 1.05  # wall time over CPU time per thread


@dataclass(frozen=True, kw_only=True)
class Pair:
    """p25 of a call by one thread and by two, in each round in which both were undisturbed."""

    one_ns: tuple[float, ...]
    two_ns: tuple[float, ...]
    variants: str = ""

    @property
    def is_known(self) -> bool:
        """Whether enough rounds count."""
        return len(self.one_ns) >= ENOUGH

    @property
    def lows_ns(self) -> tuple[float, float]:
        """Of one thread and of two; zeros where not known."""
        return (_low(self.one_ns), _low(self.two_ns)) if self.is_known else (0.0, 0.0)

    @property
    def ratio(self) -> float:
        """How much two are faster; 0 where not known."""
        one, two = self.lows_ns
        return one / two if two else 0.0

    @property
    def ratio_range(self) -> tuple[float, float]:
        """Over the rounds that count."""
        ratios = [a / b for a, b in zip(self.one_ns, self.two_ns, strict=True)]
        return (min(ratios), max(ratios)) if self.is_known else (0.0, 0.0)

    @property
    def against(self) -> str:
        """The words for the other side's column."""
        said = f"{len(self.one_ns)} of {ROUNDS} rounds undisturbed"
        if self.is_known:
            return f"one thread, {said}"
        return f"{MISSING}: not measurable: {said}"


def take_turns(item: Callable[[Rig], Mapping[str, Value]], *, samples: int) -> Pair:
    """Measure an item of a job; needs two CPUs to itself, whatever the caller is bound to."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        rig = Rig(Path(folder), native())
        keys = item(rig)
        job = rig.job(
            "threads",
            [{**keys, "id": f"by{n}", "threads": n, "cores": "all"} for n in (1, 2)],
            deadline_s=180,
            budget_s=120,
            repetitions_min=ROUNDS,
            repetitions_max=ROUNDS,
            samples=samples,
            sample_min_ns=5_000_000,
            warmup_ns=20_000_000,
        )
        return undisturbed(rig.execute(job))


def undisturbed(outcome: Outcome) -> Pair:
    """Return the rounds that count."""
    by = {n: {s["rep"]: _p25(s, n) for s in outcome.of("sample", f"by{n}")} for n in (1, 2)}
    good = [rep for rep in by[1] if by[1][rep] and by[2].get(rep)]
    return Pair(
        one_ns=tuple(by[1][r] for r in good),
        two_ns=tuple(by[2][r] for r in good),
        variants=" ".join(sorted({str(s["variant"]) for s in outcome.of("sample")})),
    )


def _p25(sample: dict[str, Any], threads: int) -> float:
    """p25 of a process's samples, ns a call; 0 where somebody else ran besides.

    Judged over all samples together: the CPU time of another thread is only known to the kernel's
    next tick. Members of a crew wait by looking, so undisturbed CPU time is threads x wall time.
    """
    wall, cpu = sum(sample["wall_ns"]), sum(sample["cpu_ns"])
    if wall * threads > DISTURBED * cpu:
        return 0.0
    return float(statistics.quantiles(sample["wall_ns"], n=4)[0] / sample["iterations"])


def _low(found: Sequence[float]) -> float:
    return statistics.quantiles(found, n=4)[0]
