"""A whole run beside sensors: one follows the load, one never moves, one leaves."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.store.reader import StoredRun, list_runs, read_traces
from tests.helpers.cli import User
from tests.helpers.load_sensor import IDLE_MW, LOAD_MW, LoadSensor

if TYPE_CHECKING:
    from pathlib import Path

GEMM = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
HEAD = """\
energy: all
protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0, energy_windows: 1, energy_window_s: 1.2, idle_s: 1.2}
"""
CHIP = "sys/class/hwmon/hwmon0"
BOARDS = ("follows", "stuck", "leaves")


def place(folder: Path, board: str) -> Path:
    return folder / "boards" / board


def sensor_of(folder: Path, board: str) -> Path:
    return folder / "roots" / board / CHIP / "power1_input"


def microwatts(busy: bool) -> int:  # noqa: FBT001
    return 1000 * (LOAD_MW if busy else IDLE_MW)


def take_away(file: Path, folder: Path, over: threading.Event) -> None:
    """Remove a sensor after its trial, before its board's first energy window."""
    while not over.wait(0.01):
        if any(b'"sampling_cost"' in s.read_bytes() for s in folder.glob("**/runs/*.spool")):
            file.unlink()
            return


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of the run."""

    rows: dict[str, dict[str, Any]]
    run: StoredRun
    shown: str
    report: str
    verbs: set[bytes]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Run one GEMM on three boards at once; each is this machine with a sensor of its own."""
    folder = tmp_path_factory.mktemp("trial")
    user = User(folder)
    boards = {}
    for board in BOARDS:
        file = sensor_of(folder, board)
        file.parent.mkdir(parents=True)
        (file.parent / "name").write_text("ina226\n")
        file.write_text("5000000\n")
        boards[board] = {
            "dir": str(place(folder, board)),
            "root": str(folder / "roots" / board),
            # to look for a runtime takes longer than all the rest
            "runtimes": {"onnxruntime": "/nowhere"},
        }
    user.write("boards.yaml", json.dumps({"boards": boards}))
    user.suite(", ".join(BOARDS), GEMM, HEAD)
    over = threading.Event()
    leaves = (sensor_of(folder, "leaves"), place(folder, "leaves"))
    thief = threading.Thread(target=take_away, args=(*leaves, over))
    with (
        LoadSensor(sensor_of(folder, "follows"), place(folder, "follows"), microwatts) as follows,
        LoadSensor(*leaves, microwatts),
    ):
        thief.start()
        try:
            ended = user.harness("run", "suite.yaml")
        finally:
            over.set()
            thief.join()
    assert ended.code == 0, ended.out + ended.err
    (run,) = list_runs(user.results)
    return Told(
        rows={row["board"]: row for row in user.rows()},
        run=run,
        shown=user.harness("show").out,
        report=next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8"),
        verbs=follows.seen,
    )


def test_watts_that_follow_the_load_are_believed(told: Told) -> None:
    assert told.verbs == {b"spin", b"rep"}
    (energy,) = told.rows["follows"]["energy"]
    # what sampling costs is measured, not foreseen
    assert {r["rule"] for r in energy.get("reasons", ())} <= {"indicative", "sampling"}
    assert energy["status"] != "INVALID"
    assert energy["active_w"] == pytest.approx(LOAD_MW / 1e3, rel=0.05)
    assert energy["idle_w"] == pytest.approx(IDLE_MW / 1e3, rel=0.05)
    (step,) = told.run.facts.trials["follows"].load_steps
    assert step.believed
    assert sum(t.is_step for t in read_traces(told.run) if t.board == "follows") == 1
    assert "follows: load step: ina226:power1: 3 W -> 7 W, believed" in told.shown
    assert "3 W -&gt; 7 W, believed" in told.report


def test_the_cost_of_sampling_is_stored_and_shown(told: Told) -> None:
    cost = told.run.facts.trials["follows"].cost
    assert cost is not None
    assert cost.pairs == 9
    assert 0 < cost.readings < cost.fast_readings
    assert "follows: cost of sampling: " in told.shown
    assert "of CPU a reading" in told.report


def test_watts_that_never_move_are_not_believed(told: Told) -> None:
    (energy,) = told.rows["stuck"]["energy"]
    assert energy["status"] == "INVALID"
    reason = energy["reasons"][-1]
    assert reason["rule"] == "V21"
    assert reason["words"].startswith("the watts did not move under load: 5 W idle, 5 W under load")
    assert reason["seen"] == pytest.approx(0.0)
    assert reason["limit"] > 0
    assert "energy_net_j" not in energy
    assert told.rows["stuck"]["inferences_per_s"] > 0
    assert "stuck: load step: ina226:power1: 5 W -> 5 W, not believed" in told.shown


def test_a_sensor_that_leaves_in_mid_run_spoils_joules_and_nothing_else(told: Told) -> None:
    row = told.rows["leaves"]
    assert row["inferences_per_s"] > 0
    (energy,) = row["energy"]
    assert energy["status"] == "INVALID"
    assert "no reading came" in energy["reasons"][0]["words"]
    (step,) = told.run.facts.trials["leaves"].load_steps
    assert step.believed
