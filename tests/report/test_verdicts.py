"""Every status has a mark of its own, and a use."""

from __future__ import annotations

import dataclasses

import pytest

from harness.records.measurement import Reason, Status
from harness.report.verdicts import MARKS, all_reasons, first_reason, has_number, may_rank
from tests.helpers.measurements import a_measurement


def test_text_and_shape_differ_for_every_status() -> None:
    assert set(MARKS) == set(Status)
    assert len({m.shape for m in MARKS.values()}) == len(Status)
    assert all(MARKS[s].status == s.value for s in Status)


@pytest.mark.parametrize("status", Status)
def test_only_ok_and_suspect_have_numbers(status: Status) -> None:
    assert has_number(a_measurement(status=status)) == (status in {Status.OK, Status.SUSPECT})


def test_who_may_hold_a_place() -> None:
    good = a_measurement()
    assert may_rank(good)
    assert not may_rank(dataclasses.replace(good, emulated=True))
    for rule, may in (("V11", True), ("V06", False)):
        broken = (Reason(rule=rule, words="w"),)
        assert may_rank(dataclasses.replace(good, status=Status.SUSPECT, reasons=broken)) == may


def test_first_reason() -> None:
    assert first_reason(a_measurement()) == ""
    assert first_reason(a_measurement(reasons=(Reason(rule="V1", words="w"),))) == "V1 w"
    for rule in ("skip", "infra", "failed", "timeout", "stopped"):
        bare = a_measurement(reasons=(Reason(rule=rule, words="stopped before its end"),))
        assert first_reason(bare) == "stopped before its end"


def test_all_reasons() -> None:
    reasons = (Reason(rule="V1", words="w"), Reason(rule="infra", words="x"))
    assert all_reasons(reasons) == "V1 w; x"
