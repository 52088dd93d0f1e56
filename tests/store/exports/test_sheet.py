"""CSV export."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from harness.records.measurement import Status
from harness.store.exports import sheet
from harness.store.reader import read_run
from tests.helpers import measurements as made
from tests.helpers import stores


def test_a_row_for_every_item(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.render(read_run(stores.closed(tmp_path))))))
    assert [r["status"] for r in rows] == ["OK", "OK", "FAILED"]
    assert float(rows[0]["p25_ns"]) == pytest.approx(7.62e6)
    assert rows[2]["p25_ns"] == ""
    assert rows[2]["reasons"] == "signal 11, =1+1"


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@sum", "\tx"])
def test_no_cell_is_a_formula(name: str) -> None:
    run = made.renamed(made.a_run(stores.rows(), stores.ITEMS), "pi5-a", name)
    rows = list(csv.DictReader(io.StringIO(sheet.render(run))))
    assert rows[0]["board"] == f"'{name}"


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
