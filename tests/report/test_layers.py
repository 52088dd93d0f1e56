"""Layers in order, with shares of their sum; nowhere where nothing is to be believed."""

from __future__ import annotations

import dataclasses

from harness.records.item import Item
from harness.records.measurement import Measurement, Status
from harness.report import layers
from harness.report.page import build
from harness.report.render import render
from harness.report.rows import shown
from tests.helpers import measurements as made

NET = Item(kind="network", workload="bnn", scheme="w1a1", shape="s", weights="seeded")


def a_row(**changes: object) -> Measurement:
    row = made.a_measurement(NET, layers=made.layers(2_000_000.0, 5_988_000.0))
    return dataclasses.replace(row, **changes)  # type: ignore[arg-type]


def test_shares_are_of_the_sum_and_operations_are_two_for_each_product() -> None:
    lines = layers.lines(made.layers(2_000_000.0, 5_988_000.0))
    assert [line.share for line in lines] == ["25.0%", "74.9%", "0.1%"]
    assert [line.slowest for line in lines] == [False, True, False]
    assert lines[0].ops == "116 Gop/s"  # 2 x 115,605,504 / 2 ms
    assert (lines[2].ops, lines[2].macs, lines[2].kernel) == ("", "", "")


def test_times_of_zero_divide_nothing() -> None:
    lines = layers.lines([dataclasses.replace(one, ns=0.0) for one in made.layers(1.0)])
    assert {(line.share, line.ops) for line in lines} == {("", "")}


def test_a_layer_that_ran_with_the_one_before_says_so() -> None:
    given = made.layers(2_000_000.0, 5_988_000.0)
    lines = layers.lines((*given[:2], dataclasses.replace(given[2], ns=0.0)))
    assert (lines[2].time, lines[2].share) == ("with the one before", "")


def test_a_terminal_gets_them_in_order() -> None:
    text = str(layers.table(a_row())).splitlines()
    assert [line.split()[0] for line in text[:4]] == ["layer", "layer0.conv", "layer1.conv", "pool"]
    assert [layers.SLOWEST in line for line in text[:4]] == [False, False, True, False]
    assert text[-1] == "3 layers, sum 8.00 ms; the network as a whole 7.65 ms (medians)"
    assert "emulator" in str(layers.table(a_row(emulated=True)))


def test_words_of_a_board_cannot_leave_their_cell() -> None:
    bad = tuple(dataclasses.replace(one, name="\x1b[2J\nx") for one in made.layers(1e6))
    assert "\x1b" not in str(layers.table(a_row(layers=bad)))
    page = render([made.a_run([a_row(layers=bad)], [NET])], "x")
    assert "\x1b" not in page


def test_a_number_that_is_not_believed_has_no_layers() -> None:
    for row in (a_row(status=Status.INVALID), made.a_measurement(NET)):
        assert layers.table(row) is None
        assert layers.breakdowns(shown([made.a_run([row], [NET])])) == ()


def test_the_page_folds_one_table_for_each_item() -> None:
    fine, emulated = a_row(), a_row(board="qemu", emulated=True)
    run = made.a_run([fine, emulated], [NET])
    assert [found.sub for found in build([run], "x").layers] == ["pi5-a, native, 1 core"]
    page = render([run], "x")
    assert page.count("<summary>bnn w1a1") == page.count('class="slowest"') == 1
    assert "Layer by layer" not in render([made.a_run([made.a_measurement(NET)], [NET])], "x")
