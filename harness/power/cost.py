"""What reading the sensors costs the work: paired times of one fixed piece of it, to ratios."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.records.measurement import Energy, Reason, Status
from harness.records.trial import Ratio, SamplingCost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 0.01  # a share of the work's time; beyond it the joules are of other work than the times
ALONE = 0.98  # of the time; a board that is busier tells more of its scheduler than of us
_CONFIDENCE = 0.95


def sampling_cost(frame: Mapping[str, Any]) -> SamplingCost:
    """Return the cost from a checked `sampling_cost` frame: lists of ns, pair by pair."""
    count = frame["readings"] + frame["fast_readings"]
    return SamplingCost(
        pairs=len(frame["off_wall_ns"]),
        cpu_mask=frame["cpu_mask"],
        spare=frame["spare"],
        wall=ratio(frame["off_wall_ns"], frame["on_wall_ns"]),
        cpu=ratio(frame["off_cpu_ns"], frame["on_cpu_ns"]),
        fast_wall=ratio(frame["off_wall_ns"], frame["fast_wall_ns"]),
        fast_cpu=ratio(frame["off_cpu_ns"], frame["fast_cpu_ns"]),
        readings=frame["readings"],
        fast_readings=frame["fast_readings"],
        ran=min(1.0, sum(frame["off_cpu_ns"]) / frame["off_core_ns"]),
        reader_cpu_ns=frame["reader_cpu_ns"] / count if count else None,
    )


def ratio(off_ns: Sequence[int], on_ns: Sequence[int]) -> Ratio:
    """Return the median of on/off, pair by pair, with the interval that the sign test gives.

    No distribution is assumed; what disturbs a few pairs moves nothing. All times > 0.
    """
    each = sorted(on / off for off, on in zip(off_ns, on_ns, strict=True))
    cut = _cut(len(each))
    return Ratio(median=statistics.median(each), low=each[cut], high=each[-1 - cut])


def judged(energies: Sequence[Energy], cost: SamplingCost | None) -> tuple[Energy, ...]:
    """Return the energies, SUSPECT where reading the sensors surely slows the work too much.

    Nothing is held against them where the cores were shared with other work.
    """
    if cost is None or cost.wall.low <= 1 + MOST or cost.ran < ALONE:
        return tuple(energies)
    reason = Reason(
        rule="sampling",
        words="reading the sensors slows the work down, as a share of its time",
        seen=cost.wall.median - 1,
        limit=MOST,
    )
    return tuple(
        replace(
            energy,
            status=Status.SUSPECT if energy.status is Status.OK else energy.status,
            reasons=(*energy.reasons, reason),
        )
        for energy in energies
    )


def _cut(pairs: int) -> int:
    """How many of the extremes at each end lie outside the interval of the median."""
    cut, outside = 0, 0.0
    while True:
        outside += math.comb(pairs, cut) / 2.0**pairs
        if 2 * outside > 1 - _CONFIDENCE:
            return max(0, cut - 1)
        cut += 1
