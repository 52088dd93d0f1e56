"""CSV export."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from harness.store.exports import sheet
from harness.store.reader import read_run
from tests.helpers import measurements as made
from tests.helpers import stores


def test_a_row_for_every_item(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.render(read_run(stores.closed(tmp_path))))))
    assert [r["status"] for r in rows] == ["OK", "OK", "FAILED"]
    assert float(rows[0]["p25_ns"]) == pytest.approx(7.62e6)
    assert rows[2]["p25_ns"] == ""
    assert rows[2]["reasons"] == "crash signal 11, =1+1"


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@sum", "\tx"])
def test_no_cell_is_a_formula(name: str) -> None:
    run = made.renamed(made.a_run(stores.rows(), stores.ITEMS), "pi5-a", name)
    rows = list(csv.DictReader(io.StringIO(sheet.render(run))))
    assert rows[0]["board"] == f"'{name}"


def test_energy_columns() -> None:
    m = made.a_measurement(stores.ITEMS[0], energy=(made.an_energy(),))
    (row,) = csv.DictReader(io.StringIO(sheet.render(made.a_run([m], stores.ITEMS))))
    assert row["energy_scope"] == "rails"
    assert float(row["energy_j"]) == pytest.approx(2.1)
