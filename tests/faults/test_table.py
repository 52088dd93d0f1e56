"""The page of faults: every case has its section, and says so when nothing witnessed it."""

from __future__ import annotations

from tests.faults import ledger, table
from tests.faults.cases import CASES


def test_every_case_has_a_section() -> None:
    page = table.render([])
    assert [line[3:6] for line in page.splitlines() if line.startswith("## ")] == list(CASES)
    assert page.count("Not witnessed") == len(CASES)


def test_a_witness_becomes_a_row() -> None:
    row: ledger.Row = {
        "case": "F08",
        "on": "dropbear",
        "saw": "went by pipe",
        "noticed_s": 0.25,
        "test": "t",
    }
    page = table.render([row])
    assert "| dropbear | went by pipe | 0.2 s |" in page
    assert page.count("Not witnessed") == len(CASES) - 1
