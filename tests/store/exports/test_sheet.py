"""CSV export."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.records.measurement import Status
from harness.store.exports import sheet
from harness.store.reader import read_run
from harness.units import harmless
from tests.helpers import measurements as made
from tests.helpers import stores


def test_a_row_for_every_item(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.render(read_run(stores.closed(tmp_path))))))
    assert [r["status"] for r in rows] == ["OK", "OK", "FAILED"]
    assert float(rows[0]["p25_ns"]) == pytest.approx(7.62e6)
    assert rows[2]["p25_ns"] == ""
    assert rows[2]["reasons"] == "signal 11, =1+1"


def _of_board(name: str) -> list[dict[str, str]]:
    run = made.renamed(made.a_run(stores.rows(), stores.ITEMS), "pi5-a", name)
    return list(csv.DictReader(io.StringIO(sheet.render(run), newline="")))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@sum", " =1", "\uff1d1", "\x00=1", "\t=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    rows = _of_board(name)
    assert rows[0]["board"] == f"'{harmless(name)}"


@pytest.mark.parametrize("name", ["\tx", "\rx", "\nx", "x\r\ny", "\x1b[2J", "\u202ex"])
def test_no_cell_steers_a_terminal_or_breaks_a_line(name: str) -> None:
    board = _of_board(name)[0]["board"]
    assert board.isprintable()


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_words_come_back_through_a_csv_reader(words: str) -> None:
    rows = [
        made.a_measurement(stores.ITEMS[0], words, mode=words, variant=words),
        made.without_number(stores.ITEMS[1], words, Status.FAILED, words, words),
    ]
    text = sheet.render(made.a_run(rows, stores.ITEMS))
    text.encode()
    found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["board"].removeprefix("'") for row in found] == [harmless(words)] * 2 or (
        harmless(words).startswith("'")
    )
    assert [row["status"] for row in found] == ["OK", "FAILED"]
    for cell in (cell for row in found for cell in row.values()):
        assert cell.isprintable()
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


def test_an_unbelieved_number_is_an_empty_cell() -> None:
    ok, bad = (
        made.a_measurement(
            item,
            status=status,
            ops_per_s=1.5e9,
            peak_share=0.9,
            energy=(made.an_energy(status=energy),),
        )
        for item, status, energy in zip(
            stores.ITEMS, (Status.OK, Status.INVALID), (Status.INVALID, Status.OK), strict=False
        )
    )
    good, invalid = csv.DictReader(io.StringIO(sheet.render(made.a_run([ok, bad], stores.ITEMS))))
    assert float(good["p25_ns"]) == pytest.approx(7.62e6)
    assert (good["energy_j"], good["energy_status"]) == ("", "INVALID")
    numbers = ("p25_ns", "ci95_low_ns", "p50_ns", "inferences_per_s", "ops_per_s", "peak_share")
    assert {invalid[name] for name in (*numbers, "energy_j", "inferences")} == {""}
    assert (invalid["status"], invalid["board"]) == ("INVALID", "pi5-a")


def test_energy_columns() -> None:
    m = made.a_measurement(stores.ITEMS[0], energy=(made.an_energy(),))
    (row,) = csv.DictReader(io.StringIO(sheet.render(made.a_run([m], stores.ITEMS))))
    assert row["energy_scope"] == "rails"
    assert float(row["energy_j"]) == pytest.approx(2.1)
