"""Which boards cannot be compared in watts, why, and what would do."""

from __future__ import annotations

from harness.records.bridge import Bridge
from harness.records.measurement import Measurement, Status
from harness.report.context import Watts
from harness.report.page import build
from harness.report.rows import shown
from harness.report.watts import watts
from harness.report.words import NOT_ASKED
from tests.helpers import measurements as made
from tests.report.joules import NET, a_bridge, in_scope, row, unresolved

LOOKED = "no power sensor: looked at hwmon, powercap"


def of(
    *rows: Measurement, absent: dict[str, str] | None = None, bridges: tuple[Bridge, ...] = ()
) -> Watts | None:
    return watts(shown([made.a_run(rows, [NET])], bridges), absent or {}, bridges)


def lines(found: Watts | None) -> dict[str, tuple[str, ...]]:
    assert found is not None
    return {r.head: tuple(c.value for c in r.cells) for b in found.table.blocks for r in b.rows}


def test_the_sentence_of_the_issue() -> None:
    found = of(
        row("nuc", in_scope("wall")),
        row("x86", in_scope("wall", 20.0)),
        row("lab", in_scope("wall", 30.0)),
        row("orin", in_scope("module")),
        row("pi5", in_scope("rails")),
        row("vf2", energy_absent=LOOKED),
        row("k1", unresolved("wall")),
        absent={"vf2": LOOKED},
    )
    assert found is not None
    assert found.lead == (
        "4 of 7 boards cannot be compared in watts: add a meter. The others share the scope wall."
    )
    said = lines(found)
    assert list(said) == ["orin", "pi5", "vf2", "k1"]
    assert said["orin"][:2] == ("module (ina3221:VDD_IN)", "another scope than wall")
    assert said["orin"][2].startswith("harness power bridge orin, once, with a smart plug")
    assert said["vf2"][:2] == ("none", LOOKED)
    assert said["vf2"][2].startswith("a smart plug that shows whole watts")
    assert said["k1"][1] == "not resolved: net watts below three of their own uncertainties"
    # 0.4 W net: the cheapest that resolves so little at the wall
    assert "tenths of a watt" in said["k1"][2]


def test_all_in_one_scope_need_no_words() -> None:
    assert of(row("a", in_scope("wall")), row("b", in_scope("wall"))) is None


def test_one_board_alone_wants_any_watts() -> None:
    assert of(row("a", in_scope("module"))) is None
    found = of(row("a", energy_absent=LOOKED), absent={"a": LOOKED})
    assert found is not None
    assert found.lead == "This board has no watts that could be compared: add a meter."


def test_no_two_boards_share_a_scope() -> None:
    found = of(row("a", in_scope("module")), row("b", in_scope("rails")))
    assert found is not None
    assert found.lead == "2 of 2 boards cannot be compared in watts: add a meter."
    assert {why for _, why, _ in lines(found).values()} == {"no other board has this scope"}
    assert all("with a smart plug" in remedy for *_, remedy in lines(found).values())


def test_modules_are_comparable_and_a_board_without_sensor_needs_the_others_bridged() -> None:
    found = of(
        row("o1", in_scope("module")),
        row("o2", in_scope("module")),
        row("vf2", energy_absent=LOOKED),
        absent={"vf2": LOOKED},
    )
    said = lines(found)
    assert list(said) == ["vf2"]
    assert said["vf2"][2].endswith("; then harness power bridge for the others")


def test_a_bridge_makes_a_board_comparable() -> None:
    rows = (row("orin", in_scope("module")), row("nuc", in_scope("wall")))
    assert len(lines(of(*rows))) == 2
    assert of(*rows, bridges=(a_bridge("orin"),)) is None


def test_a_bridge_that_does_not_reach_is_said() -> None:
    rows = (
        row("orin", in_scope("module", 40.0)),
        row("nuc", in_scope("wall")),
        row("x86", in_scope("wall")),
    )
    said = lines(of(*rows, bridges=(a_bridge("orin"),)))
    assert "its bridge to wall does not carry these: 40 W lies outside" in said["orin"][2]


def test_a_meter_on_the_dc_side_is_asked_for_by_its_scope() -> None:
    said = lines(
        of(
            row("a", in_scope("board")),
            row("b", in_scope("board")),
            row("vf2", energy_absent=LOOKED),
            absent={"vf2": LOOKED},
        )
    )
    assert said["vf2"][2].startswith("an inline USB-C or DC meter")


def test_joules_that_are_not_believed_are_no_watts() -> None:
    bad = in_scope("wall", status=Status.INVALID)
    said = lines(of(row("a", bad), row("b", in_scope("wall")), row("c", in_scope("wall"))))
    assert said["a"][1].startswith("its joules cannot be believed")


def test_who_was_not_asked_is_not_told_to_buy() -> None:
    found = of(row("a", energy_absent=NOT_ASKED), row("b", energy_absent=NOT_ASKED))
    assert found is not None
    assert found.lead.startswith("No board was asked for joules")
    assert all(remedy.startswith("energy: all") for *_, remedy in lines(found).values())


def test_emulated_boards_and_boards_without_numbers_are_not_counted() -> None:
    lost = made.without_number(NET, "lost", Status.INFRA, "infra", "no route")
    found = of(row("a", in_scope("wall")), row("q", energy_absent=LOOKED, emulated=True), lost)
    assert found is None


def test_one_board_in_two_runs_is_one_board() -> None:
    run = made.a_run([row("a", energy_absent=LOOKED)], [NET], sensor_absent={"a": LOOKED})
    page = build([run, run], "x")
    assert page.watts is not None
    assert page.watts.lead.startswith("This board has no watts")


def test_the_page_says_it_first_and_in_its_section() -> None:
    run = made.a_run([row("a", energy_absent=LOOKED)], [NET], sensor_absent={"a": LOOKED})
    page = build([run], "x")
    assert {f.name: f.value for f in page.heading.facts}["watts"].endswith("add a meter.")
    card = {f.name: f.value for f in page.boards[0].facts}
    # the words for it stand once
    assert card["power"] == LOOKED
    assert page.energy_absent == ()
