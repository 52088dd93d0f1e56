"""Markdown export."""

from __future__ import annotations

from harness.records.measurement import Reason, Status
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


def test_names_cannot_break_the_table() -> None:
    run = made.renamed(made.a_run(stores.rows(), stores.ITEMS), "pi5-a", "a|b\n<img src=x> `c`")
    row = markdown.render(run).splitlines()[6]
    assert row.startswith("| OK | a\\|b \\<img src=x> \\`c\\` |")
