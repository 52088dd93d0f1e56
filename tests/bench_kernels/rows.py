"""Rounds -> rows as DESIGN has them, and the table; measures nothing."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING, Any, TypeVar

from tests.bench_common import page
from tests.bench_common.page import MISSING
from tests.bench_kernels.goals import CONV, Goal, Kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench_kernels.rounds import Bench, Seen

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of kernels.json."""

    goal: str
    workload: str
    scheme: str
    shape: str
    variant: str
    ours: float
    unit: str
    peak_share: float  # of the best unit of the core
    own_share: float  # of the best loop of the variant's own instructions
    peer: str
    peers: float
    ratio: float
    ratio_range: tuple[float, float]
    target: float
    met: bool | None


def rows_of(bench: Bench) -> list[Row]:
    """Return every goal's rows; a goal over several shapes has one a shape, and one for all."""
    return [row for goal in bench.goals for row in _rows(goal, bench)]


def _rows(goal: Goal, bench: Bench) -> Iterator[Row]:
    variant = bench.variant(goal.ours)
    made = [_row(goal, shape, variant, bench) for shape in goal.shapes]
    if goal.over == "each":
        yield from made
        return
    # only the whole has a target
    yield from (_replaced(row, target=0.0, met=None) for row in made)
    rounds = [_ratios(goal, shape, variant, bench) for shape in goal.shapes]
    if not all(rounds):
        nothing = {"ours": 0.0, "peers": 0.0, "peak_share": 0.0, "own_share": 0.0, "ratio": 0.0}
        name = f"{goal.over} of {len(made)}"
        yield _replaced(made[0], **nothing, shape=name, ratio_range=(0.0, 0.0), met=None)
        return
    weights = [_weight(shape, variant, bench.seen) for shape in goal.shapes]
    mean = _total if goal.over == "total" else _geometric
    ratios = [mean(one, weights) for one in zip(*rounds, strict=False)]
    yield _whole(goal, made, ratios)


def _row(goal: Goal, shape: str, variant: str, bench: Bench) -> Row:
    mine = bench.seen.ours.get((variant, shape), [])
    ratios = _ratios(goal, shape, variant, bench)
    peer, peers = _against(goal, shape, variant, bench)
    middle = statistics.median(ratios) if ratios else 0.0
    return Row(
        goal=goal.name,
        workload=goal.ours.op,
        scheme=goal.ours.scheme,
        shape=shape,
        variant=variant or MISSING,
        ours=_median(mine, lambda t: t.per_s) / 1e9,
        unit=mine[0].unit if mine else "",
        peak_share=_median(mine, lambda t: t.share),
        own_share=_median(mine, lambda t: t.own_share),
        peer=peer,
        peers=peers / 1e9,
        ratio=middle,
        ratio_range=(min(ratios), max(ratios)) if ratios else (0.0, 0.0),
        target=goal.target,
        met=middle >= goal.target if ratios else None,
    )


def _ratios(goal: Goal, shape: str, variant: str, bench: Bench) -> list[float]:
    """Ours over theirs of each round; nothing where one side is missing."""
    seen = bench.seen
    mine = seen.ours.get((variant, shape), [])
    if isinstance(goal.against, Kernel):
        other = seen.ours.get((bench.variant(goal.against), shape), [])
        return [b.ns / a.ns for a, b in zip(mine, other, strict=False)]
    if goal.against == "peak":
        return [a.own_share for a in mine if a.own_share > 0]
    theirs = seen.theirs.get((goal.against, shape), [])
    return [b.ns / a.ns for a, b in zip(mine, theirs, strict=False) if not b.unavailable]


def _against(goal: Goal, shape: str, variant: str, bench: Bench) -> tuple[str, float]:
    """Name and speed of the other side, in our unit."""
    seen = bench.seen
    mine = seen.ours.get((variant, shape), [])
    if isinstance(goal.against, Kernel):
        other = bench.variant(goal.against)
        return f"ours: {other or MISSING}", _median(
            seen.ours.get((other, shape), []), lambda t: t.per_s
        )
    if goal.against == "peak":
        known = [t for t in mine if t.own_share > 0]
        name = known[0].limit if known else MISSING
        return name, _median(known, lambda t: t.per_s / t.own_share)
    theirs = seen.theirs.get((goal.against, shape), [])
    good = [t for t in theirs if not t.unavailable]
    if not mine or not good:
        reason = next((t.unavailable for t in theirs if t.unavailable), "not measured")
        return f"{MISSING}: {goal.against}: {reason}", 0.0
    work = _median(mine, lambda t: t.per_s * t.ns)
    return good[0].name, _median(good, lambda t: work / t.ns)


def _median(found: Sequence[_T], get: Callable[[_T], float]) -> float:
    return statistics.median(get(one) for one in found) if found else 0.0


def _weight(shape: str, variant: str, seen: Seen) -> float:
    """Work of a shape: what is total is divided by the time that all of it would take."""
    mine = seen.ours.get((variant, shape), [])
    work = statistics.median(t.ops_per_s * t.ns for t in mine) if mine else 1.0
    return work * CONV.get(shape, 1)


def _total(ratios: Sequence[float], weights: Sequence[float]) -> float:
    return sum(weights) / sum(w / r for w, r in zip(weights, ratios, strict=True))


def _geometric(ratios: Sequence[float], weights: Sequence[float]) -> float:
    del weights  # every shape counts the same
    return exp(sum(map(log, ratios)) / len(ratios))


def _whole(goal: Goal, made: Sequence[Row], ratios: Sequence[float]) -> Row:
    middle = statistics.median(ratios)
    return _replaced(
        made[0],
        shape=f"{goal.over} of {len(made)}",
        ours=0.0,
        peers=0.0,
        unit="",
        peak_share=0.0,
        own_share=middle if goal.against == "peak" else 0.0,
        ratio=middle,
        ratio_range=(min(ratios), max(ratios)),
        target=goal.target,
        met=middle >= goal.target,
    )


def _replaced(row: Row, **changes: Any) -> Row:
    return replace(row, **changes)


HEAD = """\
# Performance of the kernels

Written by `make bench-kernels`; not edited by hand. Ours and each peer took turns in one run, one
thread on one core, medians of CPU time; `ratio` is the median over {rounds} rounds with its range.
Peak: the best of several loops that touch registers only (reading only, for GEMV), timed beside the
kernel in the same process. Its own peak is that of the instructions it uses; where the core has a
faster unit, both shares are given. Other work on the machine disturbs both sides: the range says
how much.
Several threads are the one figure by wall time: 25th percentiles over the rounds of one job of the
runner in which nothing else ran on their cores.

Machine: {machine}. {when}.
"""


def table(rows: Sequence[Row], *, rounds: int, machine: str, when: str) -> str:
    """Return the page."""
    parts = [HEAD.format(rounds=rounds, machine=machine, when=when)]
    for goal in dict.fromkeys(row.goal for row in rows):
        mine = [row for row in rows if row.goal == goal]
        parts.append(f"## {goal}\n")
        parts.append("| shape | ours | | of its limit | against | | ratio | goal | met |")
        parts.append("|---|---|---|---|---|---|---|---|---|")
        parts += [_line(row) for row in mine]
        parts.append("")
    parts.append(page.closing((row.met, row.target) for row in rows))
    return "\n".join(parts)


def _shares(row: Row) -> str:
    """Of the core's best unit, and of the variant's own where that is another one."""
    shares = (row.peak_share, row.own_share)
    best, own = (f"{100 * share:.1f} %" if share else "" for share in shares)
    return f"{best}, own {own}" if best and best != own else own


def _line(row: Row) -> str:
    cells = (
        row.shape,
        row.variant,
        f"{row.ours:.1f} {row.unit}" if row.ours else "",
        _shares(row),
        row.peer,
        f"{row.peers:.1f} {row.unit}" if row.peers else "",
        page.ratio(row.ratio, row.ratio_range),
        f"{row.target:.2f}" if row.target else "",
        page.verdict(row.met),
    )
    return page.line(cells)
