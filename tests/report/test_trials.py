"""The trial of a board's sensors in words."""

from __future__ import annotations

from dataclasses import replace

from harness.records.trial import LoadStep, Ratio, SamplingCost, SensorTrial
from harness.report.trials import facts, lines
from tests.helpers import measurements as made
from tests.report.test_health import facts_of

MOVED = LoadStep(source="VIN", believed=True, words="w", idle_w=3.1, load_w=7.9, limit_w=0.2)
STUCK = LoadStep(
    source="VDD", believed=False, words="did not move", idle_w=5.0, load_w=5.0, limit_w=0.0
)
RAIL = LoadStep(source="GPU", words="other rails moved", idle_w=1.0, load_w=1.0, limit_w=0.0)
UNKNOWN = LoadStep(source="BAT", words="no load step was taken")
NONE = Ratio(median=1.0, low=0.999, high=1.001)
COST = SamplingCost(
    pairs=9,
    cpu_mask="0x1",
    spare=True,
    wall=Ratio(median=1.0012, low=0.9995, high=1.0031),
    cpu=NONE,
    fast_wall=Ratio(median=1.004, low=1.001, high=1.006),
    fast_cpu=NONE,
    readings=9,
    fast_readings=36,
    reader_cpu_ns=12_300.0,
    ran=0.999,
)


def test_each_source_says_what_was_seen_and_whether_it_is_believed() -> None:
    found = facts(SensorTrial(load_steps=(MOVED, STUCK, RAIL, UNKNOWN)))
    assert [f.value for f in found] == [
        "VIN: 3.1 W -> 7.9 W, believed",
        "VDD: 5 W -> 5 W, not believed: did not move",
        "GPU: 1 W -> 1 W, cannot tell: other rails moved",
        "BAT: cannot tell: no load step was taken",
    ]
    assert [(f.known, f.warn) for f in found] == [
        (True, False),
        (True, True),
        (False, False),
        (False, False),
    ]


def test_the_cost_is_one_line() -> None:
    (line,) = lines({"b": SensorTrial(cost=COST)})
    assert line == (
        "b: cost of sampling: +0.12% [-0.05, +0.31] of the work's time"
        " (4 times as often +0.40% [+0.10, +0.60]), 12.3 us of CPU a reading, on a spare core"
    )


def test_a_busy_board_is_said() -> None:
    (line,) = lines({"b": SensorTrial(cost=replace(COST, ran=0.551))})
    assert line.endswith("on a spare core; the board was busy, the work ran 55% of the time")


def test_the_board_card_carries_it() -> None:
    found = facts_of(made.a_measurement(), trials={"pi5-a": SensorTrial(load_steps=(MOVED,))})
    assert found["load step"] == "VIN: 3.1 W -> 7.9 W, believed"
    assert "load step" not in facts_of(made.a_measurement())
