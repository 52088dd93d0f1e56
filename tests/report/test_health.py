"""Board cards: what is known, and what was looked for."""

from __future__ import annotations

import dataclasses

from harness.records.environment import environment_hash
from harness.records.item import Planned
from harness.records.measurement import Measurement, Reason, Status
from harness.report.health import cards, counts, trusted
from harness.report.rows import shown
from tests.helpers import measurements as made

ITEM = made.an_item()


def facts_of(*rows: Measurement, **changes: object) -> dict[str, str]:
    run = made.a_run(rows, [ITEM], [made.an_environment()], **changes)
    (card,) = cards([run], shown([run]))
    return {fact.name: fact.value for fact in card.facts}


def test_power_says_where_joules_came_from_or_what_was_looked_at() -> None:
    with_joules = facts_of(made.a_measurement(energy=(made.an_energy(),)))
    assert with_joules["power"] == "rp1:rails (rails)"
    absent = facts_of(made.a_measurement(), sensor_absent={"pi5-a": "looked at hwmon"})
    assert absent["power"] == "no sensor: looked at hwmon"
    assert facts_of(made.a_measurement())["power"] == "not measured in this run"


def test_unknown_is_never_fine() -> None:
    facts = facts_of(made.a_measurement(clock_hz=None, temperature_c=None))
    assert facts["clock"] == "not measured"
    assert facts["temperature"] == "no sensor"


def test_a_board_without_throttle_counter_says_so() -> None:
    environment = made.an_environment(counters=())
    row = made.a_measurement(environment=environment_hash(environment))
    run = made.a_run([row], [ITEM], [environment])
    (card,) = cards([run], shown([run]))
    assert {f.name: f.value for f in card.facts}["throttled"] == "unknown: no counter here"


def test_throttling_is_counted() -> None:
    reason = Reason(rule="V09", words="hot", seen=0.8)
    hot = made.a_measurement(status=Status.SUSPECT, reasons=(reason,))
    assert facts_of(hot)["throttled"] == "1 of 1 items"


def test_peaks_come_from_the_run() -> None:
    reads = {"pi5-a": {"L1": 4.57e11, "~L2": 2e11}}
    facts = facts_of(made.a_measurement(), peaks={"pi5-a": {"w1a1": 2e12}}, reads=reads)
    assert facts["own limits"].startswith("w1a1 2.00 Top/s")
    assert facts["one core reads"] == "L1 457 GB/s · ~L2 200 GB/s"


def test_a_board_without_rows_has_a_card() -> None:
    run = made.a_run([made.a_measurement()], [ITEM])
    plan = dataclasses.replace(run.plan, items=(*run.plan.items, Planned(board="lost", item=ITEM)))
    run = dataclasses.replace(run, plan=plan)
    found = cards([run], shown([run]))
    assert [(c.name, c.model) for c in found][1] == ("lost", "never reached")


def test_all_statuses_are_counted_even_at_none() -> None:
    found = counts([made.a_measurement()])
    assert [c.mark.status for c in found] == [s.value for s in Status]
    assert sum(c.items for c in found) == 1


def test_trusted_leaves_out_suspect_and_emulated() -> None:
    rows = [
        made.a_measurement(),
        made.a_measurement(status=Status.SUSPECT),
        made.a_measurement(emulated=True),
    ]
    assert trusted(rows) == 1


def test_a_counter_that_went_away_is_unknown_and_not_throttling() -> None:
    reason = Reason(rule="V09", words="could not be read any more")
    row = made.a_measurement(status=Status.SUSPECT, reasons=(reason,))
    assert facts_of(row)["throttled"] == "unknown: a counter went away"
