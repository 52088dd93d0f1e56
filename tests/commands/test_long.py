"""Long runs from the suite to the report, on a board whose sensors and temperature are planted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.boards.fixtures import plant
from tests.helpers.cli import User
from tests.kernels.runner_rig import native

if TYPE_CHECKING:
    from pathlib import Path

SENSORS = {
    "/sys/class/hwmon/hwmon1/name": "ina3221",
    "/sys/class/hwmon/hwmon1/in1_label": "VDD_IN",
    "/sys/class/hwmon/hwmon1/in1_input": "5000",
    "/sys/class/hwmon/hwmon1/curr1_input": "960",
    "/sys/class/hwmon/hwmon1/shunt1_resistor": "5000",
    "/sys/class/thermal/thermal_zone0/type": "cpu-thermal",
    "/sys/class/thermal/thermal_zone0/temp": "45000",
    "/sys/class/thermal/thermal_zone0/trip_point_0_type": "passive",
    "/sys/class/thermal/thermal_zone0/trip_point_0_temp": "90000",
}
HEAD = """\
protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0, idle_s: 0.5, periodic_s: 1.0}
"""
LONG = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64], sustained: 1s, periodic: 50/s}"


@pytest.fixture
def user(tmp_path: Path) -> User:
    user = User(tmp_path)
    root = plant(tmp_path / "root", SENSORS)
    entry = {"local": {"dir": str(tmp_path / "lease"), "root": str(root)}}
    user.write("boards.yaml", json.dumps({"boards": entry}))
    return user


def test_long_runs_from_suite_to_report(user: User) -> None:
    user.suite("local", LONG, head=HEAD)
    planned = user.harness("run", "suite.yaml", "--dry-run")
    assert "gemm w1a1 64x64x64  native cpu 1 sustained 1s" in planned.out
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 0, ended.err
    rows = {r["scenario"]: r for r in user.rows()}
    assert set(rows) == {"latency", "sustained 1s", "periodic 50/s"}
    lasts, paced = rows["sustained 1s"], rows["periodic 50/s"]
    assert lasts["sustained"]["inferences"] > 0
    assert lasts["sustained"]["start_c"] == lasts["sustained"]["end_c"] == 45.0
    assert lasts["inferences_per_s"] == lasts["sustained"]["steady"]
    assert paced["periodic"]["releases"] == 50
    assert 0 <= paced["periodic"]["busy"] < 1
    told = (lasts["sustained"]["inferences"], paced["periodic"]["inferences"])
    for row, inferences in zip((lasts, paced), told, strict=True):
        (energy,) = row["energy"]
        assert energy["active_w"] == pytest.approx(4.8)
        assert energy["inferences"] == inferences
        assert not row.get("hot")
    assert "peak_share" not in paced
    shown = user.harness("show", "last").out
    assert "sustained 1s  first quarter" in shown
    assert "of 50 at 50/s" in shown
    page = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    assert "<h2>Long runs</h2>" in page
    assert "Rate over time" in page


def test_a_gate_leaves_long_runs_out(user: User) -> None:
    user.suite("local", LONG, head=HEAD)
    ended = user.harness("gate", "suite.yaml", "--base", str(native()), "--pairs", "6")
    assert "2 items are left out: only native ones in short runs tell builds apart" in ended.err
    assert len([line for line in ended.out.splitlines() if "gemm w1a1" in line]) == 1


def test_a_wrong_length_is_an_error_with_its_place(user: User) -> None:
    user.suite("local", LONG.replace("1s", "ten"), head=HEAD)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "suite.yaml:6:" in ended.err
    assert "'ten' is no duration: write 90s, 10m or 1h" in ended.err
