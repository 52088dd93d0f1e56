"""Long runs on the page and in the terminal: in words, and never beside short runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from harness.records.codec import from_json, to_json
from harness.records.item import Item
from harness.records.measurement import Measurement, Periodic, Status, Sustained
from harness.report import long
from harness.report.context import Cell
from harness.report.page import build
from harness.report.render import render_page
from harness.report.rows import shown
from harness.report.text import compare_table, item_line, pivot
from tests.helpers import measurements as made

NET = Item(kind="network", workload="squeezenet1_1", scheme="w8a8", shape="s", weights="trained")
LASTS = replace(NET, scenario="sustained 600s")
PACED = replace(NET, scenario="periodic 30/s")


def endurance(**changes: Any) -> Sustained:
    known: dict[str, Any] = {
        "length_s": 600.4,
        "inferences": 66_000,
        "first_minute": 131.0,
        "steady": 98.0,
        "ratio": 98 / 131,
        "time_to_throttle_s": 142.0,
        "bucket_s": 5.0,
        "rates": (131.0,) * 28 + (98.0,) * 92,
        "start_c": 41.2,
        "end_c": 84.9,
    }
    return Sustained(**{**known, **changes})


def pace(**changes: Any) -> Periodic:
    known: dict[str, Any] = {
        "rate_per_s": 30.0,
        "releases": 1800,
        "inferences": 1799,
        "missed": 3,
        "lateness_p99_ns": 0.0,
        "lateness_max_ns": 12.4e6,
        "busy": 0.23,
    }
    return Periodic(**{**known, **changes})


def sustained(**changes: Any) -> Measurement:
    known = {"sustained": endurance(), "inferences_per_s": 98.0, "energy": (made.an_energy(),)}
    return made.a_measurement(LASTS, **{**known, **changes})


def periodic(**changes: Any) -> Measurement:
    return made.a_measurement(PACED, **{"periodic": pace(), "inferences_per_s": 30.0, **changes})


def cells(m: Measurement) -> dict[str, Cell]:
    (table,) = long.tables(shown([made.a_run([m], [LASTS, PACED])]))
    return dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))


def test_a_row_survives_its_line() -> None:
    for row in (sustained(hot=True, hot_c=71.0), periodic()):
        assert from_json(Measurement, json.loads(json.dumps(to_json(row)))) == row


def test_endurance_in_words() -> None:
    line = item_line(sustained())
    assert "sustained 600s" in line
    assert "first minute 131/s  steady 98.0/s (75%)  slower after 142 s  41 to 85 C  4.40 W" in line
    assert "first quarter" in item_line(sustained(sustained=endurance(length_s=60.0)))
    assert "no throttling" in item_line(sustained(sustained=endurance(time_to_throttle_s=None)))
    assert "(began hot)" in item_line(sustained(hot=True, hot_c=71.0))


def test_a_pace_in_words() -> None:
    line = item_line(periodic())
    assert "periodic 30/s" in line
    assert "1799 of 1800 at 30/s  3 missed, the latest by 12.4 ms  busy 23%" in line
    in_time = item_line(periodic(periodic=pace(missed=0, lateness_max_ns=0.0)))
    assert "0 missed  busy" in in_time


def test_the_tables_of_the_page() -> None:
    found = cells(sustained(hot=True, hot_c=71.0))
    assert found["first minute"].value == "131/s"
    assert found["steady"].value == "98.0/s"
    assert found["slower after"].value == "142 s"
    assert found["watts"].value == "4.40"
    assert found["verdict"].detail == "began hot, 71 C"
    found = cells(periodic())
    assert (found["served"].value, found["missed"].value, found["latest"].value) == (
        *("1799", "3"),
        "12.4 ms",
    )


def test_a_long_run_without_a_number_is_a_row_without_numbers() -> None:
    found = cells(sustained(status=Status.INVALID))
    assert found["verdict"].value == "INVALID"
    assert {c.value for name, c in found.items() if name != "verdict"} == {""}


def test_scenarios_are_never_mixed() -> None:
    rows = [made.a_measurement(NET), sustained(), periodic()]
    page = build([made.a_run(rows, [NET, LASTS, PACED])], "x")
    for section in (page.results, page.charts, page.networks, page.glance, page.tradeoffs):
        words = json.dumps(to_json(section))
        assert "sustained" not in words
        assert "periodic" not in words
    assert [t.title for t in page.long_runs] == ["Sustained", "Periodic"]
    lines = str(pivot(rows, "workload", "scheme", "inf/s")).splitlines()
    assert [line.split("  ")[0] for line in lines[2:]] == [
        "squeezenet1_1",
        "squeezenet1_1 (sustained 600s)",
        "squeezenet1_1 (periodic 30/s)",
    ]
    assert not any("(2)" in line or "(3)" in line for line in lines)
    names = [head for head, _ in compare_table(rows, rows).rows]
    assert len(set(names)) == 3


def test_the_page_draws_rates_over_time() -> None:
    page = build([made.a_run([sustained(), periodic()], [LASTS, PACED])], "x")
    assert page.traces is not None
    (line,) = page.traces.lines
    assert line.shares[0] == 1.0
    html = render_page(page)
    assert "Rate over time" in html
    assert 'aria-labelledby="traces-title"' in html
    assert render_page(page) == html


def test_no_long_run_no_section() -> None:
    page = build([made.a_run([made.a_measurement(NET)], [NET])], "x")
    assert (page.long_runs, page.traces) == ((), None)
    assert 'id="long"' not in render_page(page)
