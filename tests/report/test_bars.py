"""Bars: against fp32 where it exists, rates elsewhere; what has no number has no bar."""

from __future__ import annotations

from typing import Any

import pytest

from harness.records.item import Item
from harness.records.measurement import Measurement, Reason, Status
from harness.report.bars import charts, glance
from harness.report.rows import Shown, shown
from tests.helpers import measurements as made

FP32, W8A8, W1A1 = (made.an_item(scheme=s) for s in ("fp32", "w8a8", "w1a1"))


def rows(*measurements: Measurement) -> tuple[Shown, ...]:
    return shown([made.a_run(measurements, [FP32, W8A8, W1A1])])


def at(item: Item, ms: float, **changes: Any) -> Measurement:
    return made.a_measurement(item, latency_ns=made.a_latency(ms * 1e6, 0.003), **changes)


def test_speed_up_with_interval() -> None:
    (chart,), left = charts(rows(at(FP32, 8), at(W8A8, 2)))
    base, fast = chart.groups[0].bars
    assert (chart.base, left) == (1.0, 0)
    assert base.is_base
    assert base.low is None
    assert fast.value == pytest.approx(4)
    assert fast.low == pytest.approx(4 * 2.718281828 ** -(0.003 * 2**0.5))
    assert fast.text == "4.00\N{MULTIPLICATION SIGN} ±0.4%"


def test_rates_without_fp32() -> None:
    (chart,), _ = charts(rows(at(W1A1, 1), at(W8A8, 2)))
    assert chart.base is None
    assert [round(b.value) for b in chart.groups[0].bars] == [498, 996]


def test_invalid_has_no_bar_and_suspect_is_hollow() -> None:
    reason = (Reason(rule="V01", words="w"),)
    (chart,), _ = charts(
        rows(
            at(FP32, 8),
            at(W8A8, 2, status=Status.SUSPECT, reasons=reason),
            at(W1A1, 1, status=Status.INVALID, reasons=reason),
        )
    )
    assert [(b.label, b.hollow) for b in chart.groups[0].bars] == [("fp32", False), ("w8a8", True)]


def test_one_number_is_no_chart() -> None:
    assert charts(rows(at(FP32, 8))) == ((), 0)


def test_a_weak_baseline_is_said() -> None:
    (chart,), _ = charts(rows(at(FP32, 8, peak_share=0.4), at(W8A8, 2)))
    assert chart.groups[0].note == "weak baseline: fp32 at 40% of peak"


def test_seeded_weights_are_said() -> None:
    items = [made.an_item(scheme=s, weights="seeded") for s in ("fp32", "w8a8")]
    run = made.a_run([at(items[0], 8), at(items[1], 2)], items)
    (chart,), _ = charts(shown([run]))
    assert chart.note == "Seeded weights."


def test_glance_is_a_geometric_mean_with_its_n() -> None:
    conv = [made.an_item(workload="conv", scheme=s) for s in ("fp32", "w8a8")]
    run = made.a_run(
        [at(FP32, 8), at(W8A8, 4), at(conv[0], 16), at(conv[1], 2)], [FP32, W8A8, *conv]
    )
    table = glance(shown([run]))
    assert table is not None
    (cell,) = table.blocks[0].rows[0].cells
    assert (cell.value, cell.detail) == ("4.00\N{MULTIPLICATION SIGN}", "n = 2")
    assert glance(rows(at(W8A8, 1))) is None


def test_emulated_boards_gain_nothing() -> None:
    assert glance(rows(at(FP32, 8, emulated=True), at(W8A8, 4, emulated=True))) is None
