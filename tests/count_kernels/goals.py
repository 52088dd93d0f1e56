"""What counts are to stay under, as data: one line a goal. Counts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.count_kernels.jobs import CONV

if TYPE_CHECKING:
    from tests.count_kernels.jobs import Job

LARQ = "Larq's best aarch64 path, counted the same way"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """At most so many instructions per unit of work, for jobs that fit all three."""

    target: str
    variant: str  # begins so, ends with the isa
    isa: str
    output: str = ""
    most: tuple[tuple[str, float], ...] = ()  # by shape
    times_least: float = 0.0  # or: so many times the least, on any shape
    others: tuple[tuple[str, float], ...] = ()  # what others execute, by shape

    def fits(self, job: Job) -> bool:
        """Say whether this goal speaks of that job."""
        name, _, isa = job.variant.partition("__")
        right = (self.target, self.isa) == (job.target, isa) and name.startswith(self.variant)
        return right and self.output in {"", job.output}


GOALS = (
    Goal(
        target="aarch64",
        variant="xnor_conv",
        isa="neon",
        output="bits",
        most=tuple(zip(CONV, (4.4, 3.55, 3.35, 3.45), strict=True)),
        others=tuple(zip(CONV, (4.95, 3.72, 3.48, 3.58), strict=True)),
    ),
    Goal(
        target="aarch64",
        variant="xnor_conv",
        isa="neon",
        output="float",
        most=tuple(zip(CONV, (4.79, 3.83, 3.53, 3.61), strict=True)),
        others=tuple(zip(CONV, (4.79, 3.83, 3.53, 3.61), strict=True)),
    ),
    Goal(target="riscv64", variant="xnor_", isa="zbb", times_least=1.25),
)


def goal_of(job: Job) -> float | None:
    """Return the most instructions per unit that a job may execute, if there is a goal."""
    for goal in GOALS:
        if goal.fits(job):
            return goal.times_least * job.least or dict(goal.most).get(job.shape)
    return None


def others_of(job: Job) -> float | None:
    """Return what others execute per unit, where that was counted."""
    fitting = (dict(goal.others).get(job.shape) for goal in GOALS if goal.fits(job))
    return next(fitting, None)
