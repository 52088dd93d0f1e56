"""What measures kernels: the board's own limits, and the checker's bench."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from harness.toolchain.build import KERNELS, build
from tests.kernels.runner_rig import Rig, kernel, native

native_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="runs an x86_64 program")

_PEAK = re.compile(r"^PEAK\((\w+), (\w+), (\w+), ", re.MULTILINE)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def test_every_unit_of_an_isa_has_three_loops() -> None:
    text = (KERNELS / "peak" / "peaks.def").read_text(encoding="utf-8")
    loops = Counter((unit, isa) for _, unit, isa in _PEAK.findall(text))
    assert {unit for unit, _ in loops} == {"w1a1", "w8a8", "fp32", "fp16", "bf16"}
    assert {pair: count for pair, count in loops.items() if count < 3} == {}


def test_a_run_begins_with_the_boards_own_limits(rig: Rig) -> None:
    done = rig.execute(rig.job("limits", [kernel("a", size=16)], peaks=1))
    assert done.status == 0, done.stderr
    peaks = {p["unit"]: p for p in done.of("peak")}
    # halves can be widened, so that every CPU has a limit for them
    assert set(peaks) == {"w1a1", "w8a8", "fp32", "fp16", "bf16"}
    assert all(p["ops_per_s"] > 1e8 and p["loop"] for p in peaks.values())
    reads = {p["level"]: p for p in done.of("read")}
    assert {"l1", "dram"} <= set(reads)
    assert all(p["bytes_per_s"] > 1e7 and p["loop"] for p in reads.values())
    assert reads["l1"]["bytes"] < reads["dram"]["bytes"]


@native_only
def test_the_bench_prints_one_object_a_line() -> None:
    checker = build(program="check", target="x86_64").path
    words = ["--bench", "--json", "--only", "w1a1__portable", "--shapes", "256x256"]
    done = subprocess.run([checker, *words], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert "256x256x256" in {row["shape"] for row in rows}
    for row in rows:
        assert row["variant"].endswith("w1a1__portable")
        assert row["ns"] >= row["best_ns"] > 0
        assert row["peak_share"] == pytest.approx(row["ops_per_s"] / row["peak_per_s"], rel=1e-3)
