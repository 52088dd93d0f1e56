"""Markdown export."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.records.item import Item
from harness.records.measurement import Measurement, Reason, Status
from harness.store.exports import markdown
from tests.helpers import measurements as made
from tests.helpers import stores


def test_verdict_first() -> None:
    text = markdown.render(made.a_run(stores.rows(), stores.ITEMS))
    assert (
        "| OK | pi5-a | gemm w1a1 512x512x512 | native cpu 1@1 | 7.62 ms +-0.4% | 131/s |" in text
    )
    assert "| FAILED | pi5-a |" in text


def test_an_invalid_number_is_not_shown() -> None:
    bad = made.a_measurement(
        stores.ITEMS[0], status=Status.INVALID, reasons=(Reason(rule="V01", words="wrong"),)
    )
    text = markdown.render(made.a_run([bad], stores.ITEMS))
    assert "7.62" not in text
    assert "V01 wrong" in text


def test_seeded_weights_are_said_in_every_row() -> None:
    items = [made.an_item(weights=w) for w in ("seeded", "trained")]
    skipped = made.without_number(items[0], "b", Status.SKIPPED, "skip", "not installed")
    rows = [made.a_measurement(items[0]), skipped, made.a_measurement(items[1])]
    said = ["seeded weights" in row for row in _rows(rows, items)]
    assert said == [True, True, False]


def test_a_code_that_repeats_the_status_is_left_out() -> None:
    away = made.without_number(stores.ITEMS[0], "b", Status.INFRA, "infra", "no route to host")
    (row,) = _rows([away], stores.ITEMS)
    assert row.endswith("| no route to host |")


def test_the_command_reads_as_it_was_typed() -> None:
    run = made.a_run(stores.rows(), stores.ITEMS, command="harness run 'a_b.yaml' `x`")
    assert "`harness run 'a_b.yaml' 'x'` 2026" in markdown.render(run)


def _rows(measurements: list[Measurement], items: list[Item]) -> list[str]:
    return markdown.render(made.a_run(measurements, items)).splitlines()[6:]


def test_names_cannot_break_the_table() -> None:
    run = made.renamed(made.a_run(stores.rows(), stores.ITEMS), "pi5-a", "a|b\n<img src=x> `c`")
    row = markdown.render(run).splitlines()[6]
    assert row.startswith("| OK | a\\|b \\<img src=x\\> \\`c\\` |")


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_words_stay_in_their_cells(words: str) -> None:
    rows = [
        made.a_measurement(stores.ITEMS[0], words, weights=words),
        made.without_number(stores.ITEMS[1], words, Status.FAILED, words, words),
    ]
    run = made.a_run(rows, stores.ITEMS, suite=words, command=words, harness=words, started=words)
    text = markdown.render(run)
    text.encode()
    lines = text.splitlines()
    assert len(lines) == 8  # title, facts, head and rule of the table, two rows, two blank lines
    for line in (lines[0][4:], lines[2].rpartition("`")[2], *lines[6:]):
        assert line.isprintable()
        bare = re.sub(r"\\.", "", line)
        assert not set(bare) & set("`<[*_~$\\")
        assert bare.count("|") == (9 if line.startswith("|") else 0)
