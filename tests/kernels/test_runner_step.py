"""Load step, cost of sampling and sensors that go away, on a real runner with a fake /sys."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from harness.power.cost import sampling_cost
from harness.session.sanity import fault
from tests.helpers.load_sensor import IDLE_MW, LOAD_MW, LoadSensor
from tests.kernels.runner_rig import Outcome, Rig, Value, block, kernel, native, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STEP_NS = 400_000_000
WINDOW: dict[str, Value] = {"energy_windows": 1, "energy_window_ns": 300_000_000}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def sensor(name: str, path: str = "/w", period_ms: int = 10) -> bytes:
    keys: dict[str, Value] = {"id": name, "form": "power", "path": path}
    return block("sensor", {**keys, "period_ns": period_ms * 1_000_000})


def job(rig: Rig, root: Path, *items: dict[str, Value], **head: Value) -> bytes:
    keys: dict[str, Value] = {"root": str(root), "idle_ns": 300_000_000, **head}
    return rig.job("r1", items or [{**kernel("a"), **WINDOW}], sensor("s"), **keys)


def inside(frame: dict[str, list[int]]) -> list[int]:
    begin, end = frame["begin_ns"], frame["end_ns"]
    return [r for t, r in zip(frame["t_ns"], frame["raw"], strict=True) if begin <= t <= end]  # type: ignore[operator]


def test_the_step_loads_every_core_between_idle_and_the_first_window(
    rig: Rig, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    with LoadSensor(root / "w", rig.folder) as meter:
        done = rig.execute(job(rig, root, step_ns=STEP_NS))
    assert meter.seen == {b"spin", b"rep"}
    kinds = [f.kind for f in done.frames if f.kind in {"idle", "step", "energy"}]
    assert kinds == ["idle", "step", "energy", "idle"]
    (step,) = done.of("step")
    assert not fault(step)
    assert step["end_ns"] - step["begin_ns"] >= STEP_NS
    assert int(step["cpu_mask"], 16).bit_count() == len(os.sched_getaffinity(0))
    assert len(inside(step)) >= 10
    # the edges are left out: every reading of the window is of the loaded board
    assert min(inside(step)) >= LOAD_MW
    for frame in done.of("idle"):
        assert max(inside(frame)) < IDLE_MW + 10


def test_no_step_is_taken_unless_it_is_asked_for(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("5000\n")
    done = rig.execute(job(rig, tmp_path))
    assert done.of("energy")
    assert not done.of("step")
    assert not done.of("sampling_cost")


def test_a_board_without_sensors_loads_nothing(rig: Rig, tmp_path: Path) -> None:
    done = rig.execute(job(rig, tmp_path, step_ns=STEP_NS, cost_pairs=3))
    assert done.final("a")["status"] == "done"
    assert not done.of("step")
    assert not done.of("sampling_cost")


@pytest.mark.parametrize(("cores", "spare"), [("all", False), ("1", True)])
def test_the_cost_of_sampling_is_measured_on_the_cores_of_the_work(
    rig: Rig, tmp_path: Path, cores: str, *, spare: bool
) -> None:
    (tmp_path / "w").write_text("5000\n")
    allowed = len(os.sched_getaffinity(0))
    done = rig.execute(job(rig, tmp_path, {**kernel("a"), **WINDOW, "cores": cores}, cost_pairs=4))
    (frame,) = done.of("sampling_cost")
    assert not fault(frame)
    assert frame["spare"] is (spare and allowed > 1)
    assert int(frame["cpu_mask"], 16).bit_count() == (allowed if cores == "all" else 1)
    cost = sampling_cost(frame)
    assert cost.pairs == 4
    assert cost.readings >= 4
    assert cost.fast_readings > cost.readings
    assert cost.reader_cpu_ns is not None
    assert cost.reader_cpu_ns > 0
    assert cost.wall.low <= cost.wall.median <= cost.wall.high


def run_until_the_window(rig: Rig, order: bytes, meddle: Callable[[], object]) -> Outcome:
    """Execute, and do something to the sensors once the load step has been taken."""
    started = rig.start(order)
    wait_for(rig.folder / "runs" / "r1.spool", '"kind":"step"')
    meddle()
    started.communicate(timeout=120)
    return rig.tail("r1")


LONG_WINDOW: dict[str, Value] = {"energy_windows": 2, "energy_window_ns": 500_000_000}


@pytest.mark.parametrize("how", ["removed", "unreadable"])
def test_a_sensor_that_goes_away_leaves_no_reading_and_no_wait(
    rig: Rig, tmp_path: Path, how: str
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    order = job(rig, root, {**kernel("a"), **LONG_WINDOW}, step_ns=STEP_NS)
    began = 0.0

    def meddle() -> None:
        nonlocal began
        began = time.monotonic()
        if how == "removed":
            (root / "w").unlink()
        else:
            (root / "w").write_text("")

    (root / "w").write_text("5000\n")
    done = run_until_the_window(rig, order, meddle)
    assert done.final("a")["status"] == "done"
    assert len(done.of("sample", "a")) == 2
    windows = done.of("energy", "a")
    assert [w["window"] for w in windows] == [0, 1]
    for frame in (*windows, done.of("idle")[-1]):
        assert frame["t_ns"] == frame["raw"] == []
    assert done.of("idle")[0]["raw"]
    # two windows, an idle one, one wait for what does not come, a pause: not eight of each
    assert time.monotonic() - began < 60


def test_one_sensor_going_away_takes_nothing_from_another(rig: Rig, tmp_path: Path) -> None:
    for name in ("w", "v"):
        (tmp_path / name).write_text("5000\n")
    keys: dict[str, Value] = {"root": str(tmp_path), "idle_ns": 100_000_000, "step_ns": STEP_NS}
    items = [{**kernel("a"), **WINDOW}]
    order = rig.job("r1", items, sensor("s") + sensor("t", "/v"), **keys)
    done = run_until_the_window(rig, order, (tmp_path / "v").unlink)
    found = {f["sensor"]: f["raw"] for f in done.of("energy", "a")}
    assert found["t"] == []
    assert set(found["s"]) == {5000}


def test_a_job_that_is_cancelled_in_the_step_ends(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("5000\n")
    started = rig.start(job(rig, tmp_path, step_ns=3_600_000_000_000))
    wait_for(rig.folder / "runs" / "r1.spool", '"kind":"idle"')
    assert rig.call("cancel", "r1", "--dir", str(rig.folder)).returncode == 0
    started.communicate(timeout=120)
    done = rig.tail("r1")
    assert not done.of("step")
    assert done.final("a")["status"] == "done"
    assert len(done.of("sample", "a")) == 2
