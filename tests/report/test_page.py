"""The whole page as data, against a golden file; accounting in the heading.

`HARNESS_UPDATE_GOLDEN=1 pytest tests/report/test_page.py` writes the golden file anew.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from harness.records.codec import to_json
from harness.records.measurement import Status
from harness.report.page import build
from tests.helpers import measurements as made
from tests.report.showcase import showcase

GOLDEN = Path(__file__).parents[1] / "golden" / "report" / "showcase.json"


def test_the_showcase_is_as_it_was() -> None:
    page = json.loads(json.dumps(to_json(build([showcase()], "harness report last"))))
    if os.environ.get("HARNESS_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert page == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_no_run_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a run"):
        build([], "x")


def test_missing_items_are_said() -> None:
    run = showcase()
    short = dataclasses.replace(run, measurements=run.measurements[:-2], notes=("never closed",))
    heading = build([short], "x").heading
    assert "132 of 134 are accounted for" in heading.lead
    assert any("2 planned items have no row" in w for w in heading.warnings)
    assert any("never closed" in w for w in heading.warnings)


def test_emulated_boards_are_in_their_own_section_only() -> None:
    page = build([showcase()], "x")
    for section in (page.results, page.charts, page.networks, page.peaks, page.glance, page.energy):
        assert "qemu-riscv" not in json.dumps(to_json(section))
    assert "qemu-riscv" in json.dumps(to_json(page.emulated))


def test_an_invalid_number_is_nowhere() -> None:
    item = made.an_item()
    bad = made.a_measurement(item, status=Status.INVALID, latency_ns=made.a_latency(123.4e6))
    text = json.dumps(to_json(build([made.a_run([bad], [item])], "x")))
    assert "123 ms" not in text


def test_two_runs_on_one_page() -> None:
    run = showcase()
    other = dataclasses.replace(run, facts=dataclasses.replace(run.facts, run="f" * 32))
    page = build([run, other], "x")
    assert {b.name for b in page.boards} >= {"pi5-a (A)", "pi5-a (B)"}
    assert sum(c.items for c in page.heading.counts) == 2 * len(run.measurements)
