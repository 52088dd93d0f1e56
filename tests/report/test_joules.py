"""Two scopes never stand in one ranking, range or ratio; what is bridged says so everywhere."""

from __future__ import annotations

import dataclasses
import json

import pytest

from harness.records.codec import to_json
from harness.records.measurement import Accuracy, Energy, Measurement, Reason, Status
from harness.report import bars, tables, tradeoffs
from harness.report import places as ranking
from harness.report.page import build
from harness.report.rows import Shown, shown
from harness.report.text import compare_joules, compare_table, item_line, item_lines, pivot
from harness.store.export import EXPORTS, export
from tests.helpers import measurements as made
from tests.report.joules import NET, a_bridge, in_scope, row

SCOPES = ("wall", "board", "module", "package", "rails", "accelerator")


def rows(*measurements: Measurement, bridged: str = "") -> tuple[Shown, ...]:
    bridges = [a_bridge(bridged)] if bridged else []
    return shown([made.a_run(measurements, [NET])], bridges)


def ranked(table: object) -> dict[str, str]:
    """Board -> place, of every row that has one."""
    blocks = table.blocks  # type: ignore[attr-defined]
    return {b.title: c.rank for b in blocks for r in b.rows for c in r.cells if c.rank}


def test_boards_of_one_scope_are_ranked_by_joules() -> None:
    shown_rows = rows(row("a", in_scope("wall", 20.0)), row("b", in_scope("wall", 10.0)))
    (table,) = tables.energy(shown_rows)
    assert ranked(table) == {"a": "2", "b": "1"}


def test_intervals_that_overlap_share_places() -> None:
    near = rows(row("a", in_scope("wall", 10.2)), row("b", in_scope("wall", 10.0)))
    assert ranked(tables.energy(near)[0]) == {"a": "1-2", "b": "1-2"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("other", SCOPES)
def test_two_scopes_never_meet_in_a_ranking(scope: str, other: str) -> None:
    """The smaller joules of another scope take nobody's place, and get none."""
    shown_rows = rows(
        row("a", in_scope(scope, 20.0)),
        row("b", in_scope(scope, 30.0)),
        row("c", in_scope(other, 6.0)),
    )
    places = {board: rank for (board, _, _), rank in ranking.places(shown_rows).items()}
    if scope == other:
        assert places == {"a": "2", "b": "3", "c": "1"}
    else:
        assert places == {"a": "1", "b": "2"}
        assert [sorted(ranked(t)) for t in tables.energy(shown_rows)] == [["a", "b"], []]


def test_two_lists_of_rails_are_two_quantities() -> None:
    other = in_scope("rails", 6.0, source="hwmon:cpu")
    assert ranking.places(rows(row("a", in_scope("rails")), row("b", other))) == {}
    assert ranking.places(rows(row("a", in_scope("rails")), row("b", in_scope("rails", 20.0))))


def test_what_a_formula_made_is_a_quantity_of_its_own() -> None:
    reason = (Reason(rule="estimated", words="1.15 times the sum of the rails"),)
    guessed = in_scope("board", 6.0, reasons=reason)
    shown_rows = rows(row("a", in_scope("board")), row("b", guessed))
    assert ranking.places(shown_rows) == {}
    assert [one.label for r in shown_rows for one in r.joules] == ["board", "board, estimated"]
    assert [p.axis for p in tradeoffs.tradeoffs(rows(trained("a", guessed)))] == []
    table = pivot([r.m for r in shown_rows], "scheme", "workload", "J/inf")
    assert [head for head, _ in table.rows] == ["w8a8 (board)", "w8a8 (board estimated)"]
    # over a bridge it stays what it was
    over = in_scope("module", reasons=reason)
    (orin,) = rows(row("orin", over), bridged="orin")
    assert orin.joules[-1].label == "wall, estimated, bridged"
    assert orin.joules[-1].quantity == "wall estimated"


@pytest.mark.parametrize(
    "changes",
    [{"emulated": True}, {"status": Status.INVALID}, {"item": made.an_item(kind="network")}],
)
def test_what_may_not_rank_holds_no_place(changes: dict[str, object]) -> None:
    poor = row("b", in_scope("wall", 6.0), **changes)  # type: ignore[arg-type]
    items = [NET, made.an_item(kind="network")]
    run = made.a_run([row("a", in_scope("wall")), poor], items)
    assert ranking.places(shown([run])) == {}


def test_joules_that_are_not_believed_hold_no_place() -> None:
    bad = in_scope("wall", 6.0, status=Status.INVALID)
    assert ranking.places(rows(row("a", in_scope("wall")), row("b", bad))) == {}


def test_a_bridged_board_is_ranked_in_the_scope_of_the_meter_and_is_hollow() -> None:
    shown_rows = rows(
        row("orin", in_scope("module", 10.0)), row("nuc", in_scope("wall", 30.0)), bridged="orin"
    )
    found = {t.title.split(":")[0]: t for t in tables.energy(shown_rows)}
    assert ranked(found["Wall"]) == {"orin": "1", "nuc": "2"}
    assert ranked(found["Module"]) == {}
    (orin,) = (b.rows[0] for b in found["Wall"].blocks if b.title == "orin")
    assert orin.cells[0].value == "bridged"
    assert orin.cells[0].mark is not None
    assert orin.cells[0].mark.shape == "ring"
    assert orin.cells[1].value == "1.35 J"
    assert orin.cells[-1].value == "bridged: ina3221:VDD_IN over meter:shelly"
    assert "Hollow rows are bridged" in found["Wall"].note
    assert "bridged" not in json.dumps(to_json(found["Module"]))


def test_the_interval_of_a_place_holds_the_bridge() -> None:
    """Told apart by their sensors, not told apart once the gain of the plug is in it."""
    shown_rows = rows(
        row("orin", in_scope("module", 10.0, u_j=0.6)),
        row("nuc", in_scope("wall", 14.2, u_j=0.6)),
        bridged="orin",
    )
    assert set(ranking.places(shown_rows).values()) == {"1-2"}


def test_a_measured_scope_needs_no_bridge() -> None:
    both = row("orin", in_scope("module"), in_scope("wall", 13.0))
    (one,) = rows(both, bridged="orin")
    assert not any(t.is_bridged for t in one.joules)


def trained(board: str, *energy: Energy) -> Measurement:
    accuracy = Accuracy(metric="top1", value=0.9, n=10_000)
    return row(board, *energy, accuracy=accuracy)


def test_plots_hold_one_quantity_each_and_name_what_is_bridged() -> None:
    shown_rows = rows(
        trained("orin", in_scope("module")),
        trained("orin-2", in_scope("module", 12.0)),
        trained("nuc", in_scope("wall", 30.0)),
        bridged="orin",
    )
    plots = {p.title: p for p in tradeoffs.tradeoffs(shown_rows)}
    wall = plots["Accuracy against energy (wall)"]
    assert {s.title.split(",")[0]: s.points[0].note for s in wall.series} == {
        "orin": "bridged",
        "nuc": "",
    }
    assert [s.points[0].hollow for s in wall.series] == [True, False]
    module = plots["Accuracy against energy (module)"]
    assert [p.note for s in module.series for p in s.points] == ["", ""]


def test_plots_never_join_rails_of_two_lists() -> None:
    other = in_scope("rails", source="hwmon:cpu")
    found = tradeoffs.tradeoffs(rows(trained("a", in_scope("rails")), trained("b", other)))
    assert [p.axis for p in found] == ["latency"]


def test_bars_hold_no_joules() -> None:
    charts, _ = bars.charts(rows(row("a", in_scope("wall")), row("b", in_scope("module"))))
    assert [c.axis for c in charts] == ["inferences per second"]


@pytest.mark.parametrize("metric", ["J/inf", "inf/J", "inf/s/W", "mJ"])
def test_a_cell_of_a_table_never_spans_two_scopes(metric: str) -> None:
    table = pivot(
        [row("a", in_scope("wall", 20.0)), row("b", in_scope("module", 6.0))],
        "scheme",
        "workload",
        metric,
    )
    assert [head for head, _ in table.rows] == ["w8a8 (wall)", "w8a8 (module)"]
    assert not any(".." in cell for _, cells in table.rows for cell in cells)


def test_a_table_shows_all_scopes_of_an_item_and_what_is_bridged() -> None:
    both = row("orin", in_scope("module"))
    table = pivot([both], "board", "scheme", "J/inf", [a_bridge("orin")])
    assert table.rows == (
        ("orin (module)", ("1.00 J [module]",)),
        ("orin (wall, bridged)", ("o 1.35 J [wall, bridged]",)),
    )
    assert "o = bridged" in str(table)


def test_no_joules_is_a_cell_as_well() -> None:
    silent = row("vf2", energy_absent="no power sensor: looked at hwmon")
    assert pivot([silent], "board", "scheme", "J/inf").rows == (("vf2", ("no joules",)),)
    table = tables.networks(rows(silent))
    assert table is not None
    cell = dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))["energy/inf"]
    assert (cell.value, cell.hint) == ("no joules", "no power sensor: looked at hwmon")


def test_a_line_names_scope_and_bridge() -> None:
    m = row("orin", in_scope("module"))
    assert "1.0 J (module +-4%)" in item_line(m)
    assert "bridged" not in item_line(m)
    (line,) = item_lines([m], [a_bridge("orin")])
    assert "1.0 J (module +-4%)  bridged 1.4 J (wall +-7." in line


def test_a_line_names_each_scope_once() -> None:
    rails = in_scope("rails"), in_scope("rails", source="pmic:core")
    line = item_line(row("x", in_scope("module"), *rails, in_scope("wall", 13.0)))
    assert [line.count(f"({scope} +-") for scope in ("module", "rails", "wall")] == [1, 1, 1]
    run = made.a_run([row("x", in_scope("module"), *rails, in_scope("wall", 13.0))], [NET])
    assert "1.00 J (module), 1.00 J (rails), 1.30 J (wall)" in export(run, "md")


def two_runs(old: Energy, new: Energy, *bridged: str) -> str:
    bridges = [a_bridge(name) for name in bridged]
    found = compare_joules([row("orin", old)], [row("orin", new)], bridges)
    return "" if found is None else str(found)


def test_two_runs_are_compared_in_one_scope_only() -> None:
    assert "+20.0%" in two_runs(in_scope("wall", 10.0), in_scope("wall", 12.0))
    apart = two_runs(in_scope("wall", 10.0), in_scope("module", 12.0))
    assert "different scopes: not compared" in apart
    assert "%" not in apart.splitlines()[-1]


def test_measured_is_never_set_against_bridged() -> None:
    # the wall was measured then, and is only bridged now
    text = two_runs(in_scope("wall", 13.0), in_scope("module", 10.0), "orin")
    assert "different scopes: not compared" in text
    assert "wall, bridged" in text


def test_what_was_measured_twice_needs_no_bridge() -> None:
    text = two_runs(in_scope("module", 10.0), in_scope("module", 12.0), "orin")
    assert "bridged" not in text
    assert "+20.0%" in text


def test_no_foreign_scope_reaches_the_terminal_raw() -> None:
    odd = [row("a", in_scope("wa\x1bll"))]
    for text in (pivot(odd, "board", "scheme", "J/inf"), compare_joules(odd, odd)):
        assert str(text).replace("\n", "").isprintable()
    apart = compare_joules(odd, [row("a", in_scope("mo\x1bdule"))])
    assert str(apart).replace("\n", "").isprintable()


def test_no_joules_no_table_of_them() -> None:
    assert compare_joules([row("a")], [row("a")]) is None
    one = [row("a", in_scope("wall"))]
    assert compare_joules(one, [row("a", in_scope("wall"), status=Status.INVALID)]) is None
    # latencies never depended on joules
    assert "W" not in str(compare_table(one, one)).replace("W8", "")


def test_an_emulated_board_is_compared_with_nothing() -> None:
    old, new = (row("q", in_scope("wall", w), emulated=True) for w in (10.0, 12.0))
    assert "no pair of numbers" in str(compare_joules([old], [new]))


# gbench reads the samples beside a run, and has no joules
@pytest.mark.parametrize("form", [form for form in EXPORTS if form != "gbench"])
def test_exports_know_only_what_was_measured(form: str) -> None:
    run = made.a_run([row("orin", in_scope("module"))], [NET])
    assert "bridged" not in export(run, form)


def test_exported_joules_carry_their_scope() -> None:
    run = made.a_run([row("a", in_scope("wall")), row("b", in_scope("module"))], [NET])
    lines = export(run, "md").splitlines()[-2:]
    assert [("(wall)" in line, "(module)" in line) for line in lines] == [
        (True, False),
        (False, True),
    ]
    head, *data = (line.split(",") for line in export(run, "csv").splitlines())
    place = {name: head.index(name) for name in ("energy_j", "energy_scope")}
    assert [(bool(d[place["energy_j"]]), d[place["energy_scope"]]) for d in data] == [
        (True, "wall"),
        (True, "module"),
    ]


def test_the_page_keeps_bridges_apart_from_what_was_measured() -> None:
    run = made.a_run([row("orin", in_scope("module"))], [NET])
    page = json.dumps(to_json(build([run], "x", [a_bridge("orin")]).energy))
    assert "bridged" in page
    plain = json.dumps(to_json(build([run], "x").energy))
    assert "bridged" not in plain
    # the rows themselves are as they were stored
    (one,) = shown([run], [a_bridge("orin")])
    assert one.m == run.measurements[0]
    assert dataclasses.replace(one, joules=()) == dataclasses.replace(shown([run])[0], joules=())
