"""Counts -> rows of kernels.json; counts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.count_kernels.goals import goal_of, others_of
from tests.count_kernels.mix import Kind, mix
from tests.count_kernels.model import CORES, Core, modelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.count_kernels.jobs import Job
    from tests.count_kernels.trace import Call


@dataclass(frozen=True, kw_only=True)
class ModelledRow:
    """What llvm-mca says of one core; a sentence in `absent` where it says nothing."""

    core: str
    label: str = "modelled"
    tables: str = ""
    ghz: float = 0.0
    cycles: float = 0.0
    cycles_per_unit: float = 0.0
    least_cycles_per_unit: float = 0.0
    ms: float = 0.0
    absent: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of kernels.json."""

    target: str
    cpu: str
    variant: str
    shape: str
    output: str
    unit: str
    label: str = "counted"
    instructions: int
    per_unit: float
    mix_per_unit: Mapping[Kind, float]
    minimum: float
    minimum_how: str
    times_minimum: float
    others: float | None
    goal: float | None
    met: bool | None
    modelled: tuple[ModelledRow, ...]


def row_of(job: Job, call: Call) -> Row:
    """Return the row of a job that was counted."""
    per_unit, most = call.instructions / job.work, goal_of(job)
    kinds = mix(job.target, call)
    return Row(
        target=job.target,
        cpu=job.cpu,
        variant=job.variant,
        shape=job.shape,
        output=job.output,
        unit=job.unit,
        instructions=call.instructions,
        per_unit=per_unit,
        mix_per_unit={kind: times / job.work for kind, times in kinds.items()},
        minimum=job.least,
        minimum_how=job.minimum.how,
        times_minimum=per_unit / job.least,
        others=others_of(job),
        goal=most,
        met=None if most is None else per_unit <= most,
        modelled=tuple(_modelled(job, call, core) for core in CORES)
        if job.target == "aarch64"
        else (),
    )


def _modelled(job: Job, call: Call, core: Core) -> ModelledRow:
    found = modelled(call, core)
    if isinstance(found, str):
        return ModelledRow(core=core.name, absent=found)
    return ModelledRow(
        core=core.name,
        tables=found.tables,
        ghz=core.ghz,
        cycles=found.cycles,
        cycles_per_unit=found.cycles / job.work,
        least_cycles_per_unit=found.least_cycles / job.work,
        ms=found.cycles / core.ghz / 1e6,
    )
