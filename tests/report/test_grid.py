"""The results tables."""

from __future__ import annotations

import pytest

from harness.records.measurement import Measurement, Reason, Status
from harness.report.context import Cell
from harness.report.grid import results
from harness.report.rows import shown
from tests.helpers import measurements as made
from tests.report.showcase import showcase


def cells(*rows: Measurement) -> list[Cell]:
    run = made.a_run(rows, [made.an_item()])
    (table,) = results(shown([run]))
    return [row.cells[0] for row in table.blocks[0].rows]


def test_places_only_where_intervals_separate() -> None:
    fast, slow, near = cells(
        made.a_measurement(board="a", latency_ns=made.a_latency(1e6)),
        made.a_measurement(board="b", latency_ns=made.a_latency(2e6)),
        made.a_measurement(board="c", latency_ns=made.a_latency(2.01e6)),
    )
    assert (fast.rank, slow.rank, near.rank) == ("1", "2-3", "2-3")


def test_one_board_has_no_rank() -> None:
    assert cells(made.a_measurement())[0].rank == ""


def test_suspect_keeps_its_place_with_a_wider_interval() -> None:
    reason = (Reason(rule="V11", words="w"),)
    first, second = cells(
        made.a_measurement(board="a", latency_ns=made.a_latency(1e6, 0.01)),
        made.a_measurement(
            board="b",
            latency_ns=made.a_latency(1.025e6, 0.01),
            status=Status.SUSPECT,
            reasons=reason,
        ),
    )
    assert first.rank == second.rank == "1-2"
    assert second.mark is not None
    assert second.mark.shape == "ring"


@pytest.mark.parametrize("status", [Status.INVALID, Status.FAILED, Status.INFRA])
def test_no_number_without_belief(status: Status) -> None:
    (cell,) = cells(made.a_measurement(status=status, reasons=(Reason(rule="V1", words="w"),)))
    assert cell.value == cell.interval == cell.rank == ""
    assert cell.detail == "V1 w"


def test_an_absent_item_shows_words_and_no_code() -> None:
    away = made.without_number(made.an_item(), "b", Status.INFRA, "infra", "no route to host")
    (cell,) = cells(away)
    assert (cell.detail, cell.hint) == ("no route to host", "no route to host")


def test_seeded_weights_stand_beside_the_speed() -> None:
    item = made.an_item(weights="seeded")
    (table,) = results(shown([made.a_run([made.a_measurement(item)], [item])]))
    assert "seeded weights" in table.blocks[0].rows[0].sub


def test_weak_is_said() -> None:
    assert cells(made.a_measurement(peak_share=0.69))[0].note == "weak"
    assert cells(made.a_measurement(peak_share=0.71))[0].note == ""


def test_lines_skipped_as_a_whole_are_counted() -> None:
    networks = results(shown([showcase()]))[1]
    assert networks.blocks[0].sub == "3 lines skipped as a whole"


def test_two_items_of_one_cell_are_both_shown() -> None:
    a, b = made.an_item(weights="trained"), made.an_item(weights="seeded")
    run = made.a_run([made.a_measurement(a), made.a_measurement(b)], [a, b])
    (table,) = results(shown([run]))
    assert len(table.blocks[0].rows) == 2


def test_many_schemes_become_tables_that_fit_a_page() -> None:
    schemes = [f"w{w}a{a}" for w in range(1, 8) for a in (1, 2, 4)]
    items = [made.an_item(scheme=scheme) for scheme in schemes]
    items.append(made.an_item(scheme="bits", workload="popcount"))
    run = made.a_run([made.a_measurement(item) for item in items], items)
    tables = results(shown([run]))
    assert [len(table.columns) for table in tables] == [7, 7, 7, 1]
    assert sorted(c for table in tables for c in table.columns) == sorted([*schemes, "bits"])
    assert tables[-1].title == "Bitwise pieces"
    # a workload stands only where it has a cell
    assert [block.title for block in tables[-1].blocks] == ["popcount"]
