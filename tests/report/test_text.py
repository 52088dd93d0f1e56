"""Lines and tables for a terminal."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.item import Item
from harness.records.measurement import Accuracy, Cores, Reason, Status
from harness.report.text import Table, compare_table, item_line, pivot
from tests.helpers import measurements as made

NET = Item(kind="network", workload="squeezenet1_1", scheme="w8a8", shape="s", cores="1@big")


def test_the_line_of_the_design() -> None:
    row = made.a_measurement(
        NET,
        "pi5",
        latency_ns=made.a_latency(7.62e6, 0.004, p50=1e9 / 131),
        energy=(made.an_energy(2.1e-3),),
        accuracy=Accuracy(metric="top1_agreement", value=0.94, n=8),
    )
    assert item_line(row) == (
        "OK  pi5  squeezenet1_1 w8a8  native/dotprod cpu 1@big  7.62 ms +-0.4%  131/s"
        "  2.1 mJ (rails +-4%)  top-1 94% of fp32  2.40 GHz 61 C"
    )


def test_no_number_where_none_is_believed() -> None:
    bad = made.a_measurement(status=Status.INVALID, reasons=(Reason(rule="V01", words="wrong"),))
    assert (
        item_line(bad) == "INVALID  pi5-a  gemm w1a1 512x512x512  native/dotprod cpu 1  V01 wrong"
    )


def test_suspect_says_why_behind_its_number() -> None:
    row = made.a_measurement(status=Status.SUSPECT, reasons=(Reason(rule="V11", words="busy"),))
    assert item_line(row).startswith("SUSPECT  pi5-a")
    assert item_line(row).endswith("61 C  V11 busy")


def test_missing_joules_are_said() -> None:
    assert "no joules" in item_line(made.a_measurement(energy_absent="no sensor"))


@given(st.text(max_size=30))
def test_no_foreign_word_reaches_the_terminal_raw(word: str) -> None:
    row = made.a_measurement(board=word, cores=Cores(cluster=word), variant=word)
    line = item_line(row)
    assert line.isprintable()
    assert str(pivot([row], "board", "scheme", "inf/s")).replace("\n", "").isprintable()


def test_pivot() -> None:
    items = [made.an_item(scheme=s) for s in ("w1a1", "fp32")]
    rows = [made.a_measurement(i, b) for i in items for b in ("a", "b")]
    rows[0] = dataclasses.replace(rows[0], status=Status.FAILED)
    table = pivot(rows, "board", "scheme", "latency")
    assert table.columns == ("fp32", "w1a1")
    assert table.rows == (("a", ("7.62 ms", "FAILED")), ("b", ("7.62 ms", "7.62 ms")))


def test_pivot_shows_the_range_of_several_items() -> None:
    rows = [
        made.a_measurement(made.an_item(batch=b), latency_ns=made.a_latency(b * 1e6))
        for b in (1, 4)
    ]
    table = pivot(rows, "board", "scheme", "latency")
    assert table.rows[0][1] == ("1.00 ms..4.00 ms (2)",)
    assert "add a dimension" in str(table)


def test_joules_carry_their_scope() -> None:
    row = made.a_measurement(NET, energy=(made.an_energy(),))
    assert pivot([row], "board", "scheme", "inf/J").rows[0][1] == ("476 [rails]",)


def test_columns_line_up() -> None:
    table = Table(
        title="t",
        corner="board",
        columns=("x", "yy"),
        rows=(("板", ("1", "22")), ("abc", ("3", "4"))),
    )
    assert str(table) == "t\nboard  x  yy\n板     1  22\nabc    3   4"


@pytest.mark.parametrize(
    ("p25", "words"), [(7.62e6, ("+0.0% +-0.6%", "overlap")), (8.5e6, ("+11.5% +-0.6%", "apart"))]
)
def test_compare_table(p25: float, words: tuple[str, str]) -> None:
    base, head = made.a_measurement(), made.a_measurement(latency_ns=made.a_latency(p25))
    table = compare_table([base], [head, made.a_measurement(NET)])
    assert table.rows[0][1][2:] == words
    assert table.notes == ("1 items in both runs, 1 in only one.",)


def test_compare_never_uses_emulated_or_invalid_numbers() -> None:
    good = made.a_measurement()
    emulated = dataclasses.replace(good, emulated=True)
    invalid = dataclasses.replace(good, status=Status.INVALID)
    assert compare_table([good], [emulated]).rows[0][1][2:] == ("-", "emulated")
    assert compare_table([good], [invalid]).rows[0][1][1:] == ("INVALID", "-", "no pair of numbers")
