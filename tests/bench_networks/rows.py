"""Rounds -> rows as DESIGN has them, and the page; measures nothing."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench_common import page
from tests.bench_common.page import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench_networks.goals import Goal
    from tests.bench_networks.rounds import Bench


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of networks.json; times in ms, ratio = theirs over ours."""

    goal: str
    workload: str
    scheme: str
    shape: str
    variant: str
    ours: float
    unit: str = "ms"
    peak_share: float = 0.0  # a network has no one limit; its kernels have theirs
    accuracy: str = ""
    weights_bytes: int = 0
    peer: str
    peers: float
    peers_accuracy: str = ""
    ratio: float
    ratio_range: tuple[float, float]
    target: float
    met: bool | None
    note: str = ""


def rows_of(bench: Bench) -> list[Row]:
    """Return a row for every goal."""
    return [_row(goal, bench) for goal in bench.goals]


def _row(goal: Goal, bench: Bench) -> Row:
    seen = bench.seen
    mine = seen.ours.get(goal.mine, [])
    theirs = seen.theirs.get((goal.network, goal.scheme, goal.peer), [])
    known = [one for one in mine if not one.unavailable]
    their_known = [one for one in theirs if not one.unavailable]
    pairs = zip(mine, theirs, strict=False)
    ratios = [b.ns / a.ns for a, b in pairs if not a.unavailable and not b.unavailable]
    middle = statistics.median(ratios) if ratios else 0.0
    own, other = (
        bench.points.judged.get(key)
        for key in ((goal.network, goal.scheme), (goal.against, goal.peer))
    )
    return Row(
        goal=goal.name,
        workload=goal.network,
        scheme=goal.scheme,
        shape=bench.points.files(goal.network).shape,
        variant=known[0].variants if known else _missing([one.unavailable for one in mine]),
        ours=statistics.median(one.ns for one in known) / 1e6 if known else 0.0,
        accuracy=own.words if own else "",
        weights_bytes=known[0].weights_bytes if known else 0,
        peer=their_known[0].name
        if their_known
        else f"{_missing([one.unavailable for one in theirs])}: {goal.peer}",
        peers=statistics.median(one.ns for one in their_known) / 1e6 if their_known else 0.0,
        peers_accuracy=other.words if other else "",
        ratio=middle,
        ratio_range=(min(ratios), max(ratios)) if ratios else (0.0, 0.0),
        target=goal.target,
        met=middle >= goal.target if ratios and goal.target else None,
        note=goal.note,
    )


def _missing(reasons: Sequence[str]) -> str:
    reason = next((reason for reason in reasons if reason), "not measured")
    return f"{MISSING}: {reason}"


HEAD = """\
# Performance of the networks

Written by `make bench-networks`; not edited by hand. Ours and each peer took turns in one run, each
in a process of its own, batch 1, one thread on one core, medians of CPU time; `ratio` is theirs
over ours, the median over {rounds} rounds with its range. Every output was checked before its time
was taken; what stands beside a time says how near the outputs come to the same network at fp32.
`seeded`: weights without training; such a line tells the speed of these shapes and nothing else.
Other work on the machine disturbs both sides: the range says how much.
Several threads are the one figure by wall time: 25th percentiles over the rounds of one job of the
runner in which nothing else ran on their cores.

Machine: {machine}. {when}.
"""


def table(rows: Sequence[Row], *, rounds: int, machine: str, when: str) -> str:
    """Return the page."""
    parts = [HEAD.format(rounds=rounds, machine=machine, when=when)]
    for goal in dict.fromkeys(row.goal for row in rows):
        parts.append(f"## {goal}\n")
        parts += [f"{row.note}\n" for row in rows if row.goal == goal and row.note][:1]
        parts.append("| network | ours | | | against | | | ratio | goal | met |")
        parts.append("|---|---|---|---|---|---|---|---|---|---|")
        parts += [_line(row) for row in rows if row.goal == goal]
        parts.append("")
    parts.append(page.closing((row.met, row.target) for row in rows))
    return "\n".join(parts)


def _line(row: Row) -> str:
    return page.line(
        (
            f"{row.workload} {row.scheme}",
            row.variant.replace(",", ", "),
            f"{row.ours:.3f} {row.unit}" if row.ours else "",
            row.accuracy,
            row.peer,
            f"{row.peers:.3f} {row.unit}" if row.peers else "",
            row.peers_accuracy,
            page.ratio(row.ratio, row.ratio_range),
            f"{row.target:.2f}" if row.target else "",
            page.verdict(row.met),
        )
    )
