"""In words: whether a board's watts were believed, and what reading its sensors cost the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.context import Fact
from harness.units import duration_ns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.trial import LoadStep, Ratio, SamplingCost, SensorTrial


BUSY = 0.98


def facts(trial: SensorTrial | None) -> tuple[Fact, ...]:
    """Return the facts of a board card; none where no energy was asked for."""
    if trial is None:
        return ()
    found = [
        Fact(
            name="load step",
            value=_step(step),
            known=step.believed is not None,
            warn=step.believed is False,
        )
        for step in trial.load_steps
    ]
    if trial.cost:
        found.append(Fact(name="cost of sampling", value=_cost(trial.cost)))
    return tuple(found)


def lines(trials: Mapping[str, SensorTrial]) -> list[str]:
    """Return `board: load step: ...`, one line a finding."""
    return [
        f"{board}: {fact.name}: {fact.value}"
        for board, trial in trials.items()
        for fact in facts(trial)
    ]


def _step(step: LoadStep) -> str:
    if step.idle_w is None or step.load_w is None:
        return f"{step.source}: cannot tell: {step.words}"
    moved = f"{step.source}: {step.idle_w:.3g} W -> {step.load_w:.3g} W"
    if step.believed:
        return f"{moved}, believed"
    return f"{moved}, {'not believed' if step.believed is False else 'cannot tell'}: {step.words}"


def _cost(cost: SamplingCost) -> str:
    reader = f", {duration_ns(cost.reader_cpu_ns)} of CPU a reading" if cost.reader_cpu_ns else ""
    core = "on a spare core" if cost.spare else "no core to spare"
    if cost.ran < BUSY:
        core += f"; the board was busy, the work ran {100 * cost.ran:.0f}% of the time"
    pace = f"4 times as often {_share(cost.fast_wall)}"
    return f"{_share(cost.wall)} of the work's time ({pace}){reader}, {core}"


def _share(found: Ratio) -> str:
    low, high = (100 * (bound - 1) for bound in (found.low, found.high))
    return f"{100 * (found.median - 1):+.2f}% [{low:+.2f}, {high:+.2f}]"
