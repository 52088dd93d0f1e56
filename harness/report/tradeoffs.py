"""Accuracy against milliseconds and joules, of trained networks with a whole test set behind them.

Joules of different scopes are different quantities, so each quantity has a plot of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.power.bridged import LABEL
from harness.records.measurement import Status
from harness.report import words
from harness.report.context import Point, Scatter, Series
from harness.report.joules import best_of_each
from harness.report.rows import Shown, scheme_order, setting_words, unique
from harness.report.verdicts import has_number
from harness.units import duration_ns

LEAST_IMAGES = 1000  # below, a point says little about the test set
METRIC = "top1"

# the value, and whether it came over a bridge
Cost = Callable[[Shown], tuple[float, bool] | None]


def tradeoffs(rows: Sequence[Shown]) -> tuple[Scatter, ...]:
    """Return the plots that have two points or more; latency first, then energy by quantity."""
    usable = [r for r in rows if _is_usable(r)]
    quantities = unique(name for r in usable for name in best_of_each(r.joules))
    found = [
        _plot("tradeoff0", "Accuracy against latency", "latency", usable, _latency, duration_ns)
    ]
    for number, quantity in enumerate(quantities, start=1):
        title = f"Accuracy against energy ({quantity})"
        cost = _joules_of(quantity)
        found.append(
            _plot(f"tradeoff{number}", title, "energy per inference", usable, cost, words.joules)
        )
    return tuple(plot for plot in found if sum(len(s.points) for s in plot.series) > 1)


def _is_usable(row: Shown) -> bool:
    m = row.m
    known = m.accuracy is not None and m.accuracy.metric == METRIC
    enough = known and m.accuracy is not None and m.accuracy.n >= LEAST_IMAGES
    return m.kind == "network" and m.weights == "trained" and enough and has_number(m)


def _latency(row: Shown) -> tuple[float, bool] | None:
    return (row.m.latency_ns.p25, False) if row.m.latency_ns else None


def _joules_of(quantity: str) -> Cost:
    def joules(row: Shown) -> tuple[float, bool] | None:
        one = best_of_each(row.joules).get(quantity)
        return (one.each_j, one.is_bridged) if one and one.each_j else None

    return joules


def _plot(
    name: str,
    title: str,
    axis: str,
    rows: Sequence[Shown],
    cost: Cost,
    say: Callable[[float], str],
) -> Scatter:
    titles = unique(_title(r) for r in rows)
    series = (
        Series(title=t, points=_points([r for r in rows if _title(r) == t], cost, say))
        for t in titles
    )
    return Scatter(id=name, title=title, axis=axis, series=tuple(s for s in series if s.points))


def _title(row: Shown) -> str:
    return ", ".join((row.board, *setting_words(row.m)))


def _points(rows: Sequence[Shown], cost: Cost, say: Callable[[float], str]) -> tuple[Point, ...]:
    several = len(unique(r.m.workload for r in rows)) > 1
    made = []
    for row in sorted(rows, key=lambda r: (r.m.workload, scheme_order(r.m.scheme))):
        found = cost(row)
        if found is None or row.m.accuracy is None:
            continue
        value, is_bridged = found
        notes = ["SUSPECT"] if row.m.status is Status.SUSPECT else []
        notes += [LABEL] if is_bridged else []
        made.append(
            Point(
                label=f"{row.m.workload} {row.m.scheme}" if several else row.m.scheme,
                cost=value,
                cost_text=say(value),
                accuracy=row.m.accuracy.value,
                hollow=bool(notes),
                note=", ".join(notes),
            )
        )
    return tuple(made)
