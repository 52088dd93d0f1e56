"""Meters beside boards, as a user has them: boards.yaml, `run`, `boards`, `doctor`, the report."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from harness.store.reader import list_runs, read_traces
from tests.helpers.cli import User
from tests.helpers.load_sensor import LoadSensor
from tests.power.meters.servers import http_reply, plug

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server

GEMM = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
HEAD = (
    "energy: all\n"
    "protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0,\n"
    "  warmup_ms: 1.0, precision: 1.0, energy_windows: 1, energy_window_s: 0.5, idle_s: 0.5}\n"
)


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def inventory(user: User, **boards: object) -> None:
    """Put boards behind those that the inventory has already."""
    path = user.folder / "boards.yaml"
    head = path.read_text(encoding="utf-8") if path.exists() else "boards:\n"
    lines = "".join(f"  {name}: {json.dumps(keys)}\n" for name, keys in boards.items())
    path.write_text(head + lines, encoding="utf-8")


def microwatts(busy: bool) -> int:  # noqa: FBT001
    return 7_500_000 if busy else 2_500_000


def approx(watts: dict[str, float]) -> Any:
    """Whoever writes the watts may come late on a busy machine, never to idle watts."""
    return pytest.approx(watts, rel=0.2)


def rail(user: User, root: str) -> Path:
    """A file system with one INA226, whose watts somebody is to write."""
    device = user.folder / root / "sys/class/hwmon/hwmon0"
    device.mkdir(parents=True)
    for name, text in {"name": "ina226", "power1_label": "VIN"}.items():
        (device / name).write_text(f"{text}\n")
    return device / "power1_input"


@pytest.mark.sshd
def test_a_run_with_a_plug_a_program_and_a_sensor_of_another_board(
    user: User, openssh_server: Server
) -> None:
    file, other = rail(user, "near-root"), rail(user, "pi-root")
    script = (
        "import time, pathlib\n"
        f"while 1: print(int(pathlib.Path({str(other)!r}).read_text()) / 5e5, flush=True);"
        " time.sleep(.02)"
    )
    user.write("watts.py", script)
    line = f"{sys.executable} {user.folder / 'watts.py'}"
    command = {"command": line, "period_ms": 50, "window_s": 1, "scope": "wall"}
    hanging = {"board": "pi", "hwmon": "VIN", "period_ms": 20, "window_s": 1}
    user.know(openssh_server, "far", dir=str(user.folder / "far"), meter=[command, hanging])
    roots = {name: str(user.folder / f"{name}-root") for name in ("near", "pi")}
    near = {"dir": str(user.folder / "near"), "root": roots["near"]}
    user.suite("near, far", GEMM, HEAD)
    with (
        LoadSensor(file, user.folder / "near", microwatts, sawtooth=1),
        LoadSensor(other, user.folder / "far", microwatts, sawtooth=1),
        plug(lambda _: http_reply({"apower": int(file.read_text()) / 1e6})) as url,
    ):
        shelly = {"shelly": url, "period_ms": 20, "window_s": 1}
        inventory(user, pi={"dir": str(user.folder / "pi"), "root": roots["pi"]})
        inventory(user, near={**near, "meter": shelly})
        ended = user.harness("run", "suite.yaml")
        assert ended.code == 0, ended.out + ended.err
        listed = user.harness("boards")
        doctor = user.harness("doctor", "near")
    assert f"near  this machine  meter:[shelly {url}]" in listed.out
    assert f"meter:[command {line}] meter:[board pi VIN]" in listed.out
    assert "ok       meters: meter:shelly reads 2.5 W" in doctor.out

    rows = {row["board"]: row for row in user.rows()}
    assert watts(rows["near"]) == approx({"ina226:VIN": 7.5, "meter:shelly": 7.5})
    assert watts(rows["far"]) == approx({"meter:command": 15.0, "meter:board:VIN": 7.5})
    assert [e["scope"] for e in rows["far"]["energy"]] == ["wall", "board"]
    for row in rows.values():
        assert "energy_absent" not in row
        assert {e["status"] for e in row["energy"]} == {"OK"}
        assert len({str(e["windows_ns"]) for e in row["energy"]}) == 1
        ((begin, end),) = row["energy"][-1]["windows_ns"]
        assert end - begin >= 1_000_000_000
    (run,) = list_runs(user.results)
    kept = {(t.board, t.sensor, bool(t.item)) for t in read_traces(run)}
    assert {(b, s) for b, s, _ in kept} == {(b, s) for b, row in rows.items() for s in watts(row)}
    assert len(kept) == 8
    report = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    assert "meter:shelly" in report


def watts(row: dict[str, Any]) -> dict[str, float]:
    return {e["source"]: round(e["active_w"], 1) for e in row["energy"]}


def test_a_plug_that_is_not_there(user: User) -> None:
    """The run goes on and says why; doctor calls it a problem; plan and job stand all the same."""
    with plug(lambda _: b"") as url:
        pass
    meter = {"shelly": url, "window_s": 30}
    inventory(user, near={"dir": str(user.folder / "near"), "meter": meter, "root": "/nonexistent"})
    user.suite("near", GEMM, HEAD)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.out + ended.err
    (row,) = user.rows()
    assert row["energy"] == []
    assert row["energy_absent"].startswith("meter:shelly was not read: ")
    assert row["inferences_per_s"] > 0
    doctor = user.harness("doctor", "near")
    assert doctor.code == 1
    assert "problem  meters: meter:shelly: no connection" in doctor.out

    job = user.harness("run", "suite.yaml", "--print-job").out
    assert "\nmeters 1\n" in job
    assert "energy_window_ns 30000000000\n" in job
    assert "idle_ns 30000000000\n" in job
    # 30 s of load and of work, and two idle windows of as much
    assert "near: about 13" in user.harness("run", "suite.yaml", "--dry-run").out
