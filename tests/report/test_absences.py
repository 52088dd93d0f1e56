"""Reasons and skips: everything that is not OK is on the page."""

from __future__ import annotations

from harness.records.measurement import Reason, Status
from harness.report.absences import complaints, skips
from harness.report.rows import shown
from tests.helpers import measurements as made
from tests.report.showcase import showcase

ITEM = made.an_item()


def test_reasons_carry_what_was_seen_and_the_limit() -> None:
    reason = Reason(rule="V11", words="busy", seen=0.034, limit=0.01)
    row = made.a_measurement(status=Status.SUSPECT, reasons=(reason,))
    (found,) = complaints(shown([made.a_run([row], [ITEM])]))
    assert (found.rule, found.words, found.mark.status) == ("V11", "busy", "SUSPECT")
    assert found.items == ("pi5-a: gemm w1a1 512x512x512 native 1 core (seen 0.034, limit 0.01)",)


def test_worst_first_and_energy_apart() -> None:
    found = complaints(shown([showcase()]))
    assert [c.mark.status for c in found][:4] == ["INVALID", "FAILED", "TIMEOUT", "INFRA"]
    energy = next(c for c in found if c.rule == "V21")
    assert all("energy of ina3221:VDD_IN only" in line for line in energy.items)


def test_every_row_that_is_not_ok_is_listed() -> None:
    rows = shown([showcase()])
    listed = sum(len(s.items) for s in skips(rows))
    assert listed == sum(r.m.status is Status.SKIPPED for r in rows)
    broken = sum(r.m.status not in {Status.OK, Status.SKIPPED} for r in rows)
    assert sum(len(c.items) for c in complaints(rows) if c.rule != "V21") == broken
