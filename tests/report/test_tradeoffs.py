"""Accuracy against costs: only what was trained, tested on a whole set, and has a number."""

from __future__ import annotations

from typing import Any

import pytest

from harness.records.item import Item
from harness.records.measurement import Accuracy, Measurement, Reason, Status
from harness.report.context import Scatter
from harness.report.rows import shown
from harness.report.scatter import draw_scatter
from harness.report.tradeoffs import tradeoffs
from tests.helpers import measurements as made

NETS = {
    s: made.an_item(kind="network", workload="ladder_w32", scheme=s, weights="trained")
    for s in ("fp32", "w2a2", "w1a1")
}


def at(item: Item, ms: float, top1: float, *, n: int = 10_000, **changes: Any) -> Measurement:
    fields: dict[str, Any] = {
        "latency_ns": made.a_latency(ms * 1e6),
        "accuracy": Accuracy(metric="top1", value=top1, n=n),
        "weights": "trained",
        "energy": (),
        **changes,
    }
    return made.a_measurement(item, **fields)


def plots(*measurements: Measurement) -> tuple[Scatter, ...]:
    return tradeoffs(shown([made.a_run(measurements, list(NETS.values()))]))


def test_a_point_for_each_precision() -> None:
    (plot,) = plots(at(NETS["fp32"], 8, 0.913), at(NETS["w1a1"], 1, 0.889))
    (series,) = plot.series
    assert [(p.label, p.accuracy, p.hollow) for p in series.points] == [
        ("fp32", 0.913, False),
        ("w1a1", 0.889, False),
    ]
    assert series.points[1].cost == pytest.approx(1e6)


def test_suspect_is_hollow_and_invalid_is_not_there() -> None:
    reason = (Reason(rule="V01", words="w"),)
    (plot,) = plots(
        at(NETS["fp32"], 8, 0.913),
        at(NETS["w2a2"], 2, 0.907, status=Status.SUSPECT, reasons=reason),
        at(NETS["w1a1"], 1, 0.889, status=Status.INVALID, reasons=reason),
    )
    assert [(p.label, p.hollow) for p in plot.series[0].points] == [("fp32", False), ("w2a2", True)]


@pytest.mark.parametrize("changes", [{"n": 256}, {"weights": "seeded"}])
def test_what_says_little_has_no_point(changes: dict[str, Any]) -> None:
    assert plots(at(NETS["fp32"], 8, 0.913), at(NETS["w1a1"], 1, 0.9, **changes)) == ()


def test_agreement_is_not_accuracy() -> None:
    other = Accuracy(metric="top1_agreement", value=0.94, n=10_000)
    assert plots(at(NETS["fp32"], 8, 0.9), at(NETS["w1a1"], 1, 0.9, accuracy=other)) == ()


def test_each_scope_of_energy_has_its_plot() -> None:
    joules = (made.an_energy(2e-3),)
    found = plots(
        at(NETS["fp32"], 8, 0.913, energy=joules), at(NETS["w1a1"], 1, 0.889, energy=joules)
    )
    assert [p.axis for p in found] == ["latency", "energy per inference"]
    assert joules[0].scope in found[1].title
    assert found[1].series[0].points[0].cost == pytest.approx(2e-3)


def test_the_drawing_escapes_what_boards_say_and_is_the_same_twice() -> None:
    hostile = [
        at(NETS["fp32"], 8, 0.913, board="<b>&$x$"),
        at(NETS["w1a1"], 1, 0.889, board="<b>&$x$"),
    ]
    (plot,) = plots(*hostile)
    svg = draw_scatter(plot)
    assert svg == draw_scatter(plot)
    assert "&lt;b&gt;" in svg
    assert "<b>" not in svg
    assert svg.count("w1a1") == 1
