"""From the frames of a session to what its sensors are worth, and to the joules that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.records.board import SensorFile
from harness.records.measurement import Status
from harness.session.collect import Collector
from harness.session.joules import joules, traces, trial
from harness.session.order import COST_PAIRS
from harness.session.sanity import COST_LISTS
from tests.helpers.sessions import Spool, facts, gemm, sample, work

S = 10**9
SENSOR = SensorFile(id="s", kind="power", path="/p", scale=1e-3, scope="board", label="P")
BOARD = facts(sensors=(SENSOR,))
ITEM = gemm(energy=True)
WORK = replace(work(), item=ITEM)


def window(kind: str, begin_s: int, seconds: int, milliwatts: int, **more: Any) -> dict[str, Any]:
    begin = begin_s * S
    t = list(range(begin - S // 2, begin + seconds * S + S // 2, S // 10))
    raw = [milliwatts + n % 3 for n in range(len(t))]
    bounds = {"begin_ns": begin, "end_ns": begin + seconds * S}
    return {"kind": kind, "sensor": "s", **bounds, "t_ns": t, "raw": raw, **more}


def session(*, load_mw: int | None, cost: int | None = None) -> Collector:
    """Idle at 3 W, a step, a window of work at 7 W, idle."""
    spool = Spool()
    spool.add(window("idle", 10, 3, 3000))
    if load_mw is not None:
        spool.add(window("step", 20, 3, load_mw, cpu_mask="0x3"))
    if cost is not None:
        lists = {key: [cost if key.startswith("on") else 10**8] * COST_PAIRS for key in COST_LISTS}
        told = {"cpu_mask": "0x1", "spare": True, "reader_cpu_ns": 9000, "off_core_ns": 9 * 10**8}
        readings = {"readings": 9, "fast_readings": 36}
        spool.add({"kind": "sampling_cost", **lists, **told, **readings})
    own = {"item": ITEM.item_id, "window": 0, "inferences": 100, "check": True}
    spool.item(ITEM, sample(ITEM), window("energy", 30, 12, 7000, **own))
    spool.add(window("idle", 50, 3, 3000))
    return spool.collected()


def only(collector: Collector) -> Any:
    (energy,), absent = joules(BOARD, WORK, collector, collector.items[ITEM.item_id])
    assert absent is None
    return energy


def test_a_sensor_that_felt_the_step_gives_joules() -> None:
    collector = session(load_mw=9000)
    found = only(collector)
    assert (found.status, found.reasons) == (Status.OK, ())
    assert found.energy_net_j == pytest.approx(4.0 * 12, rel=0.01)
    (step,) = trial(BOARD, collector).load_steps
    assert step.believed
    assert step.idle_w == pytest.approx(3.0, rel=0.01)
    assert step.load_w == pytest.approx(9.0, rel=0.01)


@pytest.mark.parametrize(("load_mw", "words"), [(3000, "did not move"), (2000, "moved down")])
def test_a_sensor_that_did_not_gives_none_that_are_believed(load_mw: int, words: str) -> None:
    found = only(session(load_mw=load_mw))
    assert found.status is Status.INVALID
    assert found.reasons[-1].rule == "V21"
    assert words in found.reasons[-1].words
    assert found.energy_net_j is None


def test_a_spool_without_a_step_gives_joules_with_a_label() -> None:
    found = only(session(load_mw=None))
    assert found.status is Status.OK
    assert [r.rule for r in found.reasons] == ["self-test"]


def test_dear_sampling_makes_joules_suspect() -> None:
    collector = session(load_mw=9000, cost=103_000_000)
    assert only(collector).status is Status.SUSPECT
    cost = trial(BOARD, collector).cost
    assert cost is not None
    assert cost.wall.median == pytest.approx(1.03)


def test_readings_under_load_are_stored_as_such() -> None:
    found = traces("b1", session(load_mw=9000))
    assert [(t.item, t.is_step) for t in found] == [
        ("", False),
        ("", False),
        (ITEM.item_id, False),
        ("", True),
    ]


@pytest.mark.parametrize("change", [{"raw": [1.5]}, {"begin_ns": "x"}, {"cpu_mask": 5}])
def test_frames_that_cannot_be_are_not_taken(change: dict[str, Any]) -> None:
    spool = Spool()
    spool.add({**window("step", 20, 3, 9000), **change})
    assert spool.collected().steps == []
    spool.add({"kind": "sampling_cost", **change})
    assert spool.collected().sampling_cost is None
