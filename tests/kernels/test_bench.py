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
from tests.bench_kernels.goals import GOALS, Goal, Kernel
from tests.bench_kernels.ours import Timed
from tests.bench_kernels.rounds import Bench, Theirs
from tests.bench_kernels.rows import rows_of, table
from tests.kernels.runner_rig import Rig, kernel, native

native_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="runs an x86_64 program")

OURS = Kernel(op="gemm", scheme="w1a1", family="xnor")
SHAPES = ("8x8x8", "16x16x16")

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
        assert row["peak_share"] == pytest.approx(row["ops_per_s"] / row["peak_per_s"], abs=1e-4)
        assert row["own_share"] == pytest.approx(row["ops_per_s"] / row["own_per_s"], abs=1e-4)
        assert row["own_per_s"] <= 1.02 * row["peak_per_s"]
        assert row["own_loop"].endswith(("__portable", "__sse2"))


def a_bench(*goals: Goal, times: dict[str, float], theirs: dict[str, Theirs]) -> Bench:
    """Three rounds on two shapes: half the peak each, and a peer."""
    bench = Bench(Path("/nowhere"), goals)
    bench._variants[OURS] = "xnor_gemm_w1a1__best"
    for shape, ns in times.items():
        one = Timed(
            variant="xnor_gemm_w1a1__best",
            ns=ns,
            per_s=1e9,
            ops_per_s=1e9,
            unit="GOPS",
            share=0.25,
            own_share=0.5,
            limit="own peak loop",
        )
        bench.seen.ours["xnor_gemm_w1a1__best", shape] = [one] * 3
    for shape, there in theirs.items():
        bench.seen.theirs["peer", shape] = [there] * 3
    return bench


def test_a_goal_is_met_or_not() -> None:
    goals = [
        Goal(name="share", ours=OURS, shapes=SHAPES, target=0.5, against="peak"),
        Goal(name="times", ours=OURS, shapes=SHAPES, target=3.0, against="peer"),
        Goal(name="mean", ours=OURS, shapes=SHAPES, target=4.0, against="peer", over="mean"),
        Goal(name="total", ours=OURS, shapes=SHAPES, target=0.6, against="peak", over="total"),
    ]
    theirs = {"8x8x8": Theirs(ns=20.0, name="p 1"), "16x16x16": Theirs(ns=80.0, name="p 1")}
    bench = a_bench(*goals, times=dict.fromkeys(SHAPES, 10.0), theirs=theirs)
    rows = rows_of(bench)
    told = {(row.goal, row.shape): (round(row.ratio, 9), row.met) for row in rows}
    assert told["share", "8x8x8"] == (0.5, True)
    assert {row.peak_share for row in rows if row.shape in SHAPES} == {0.25}
    assert told["times", "8x8x8"] == (2.0, False)
    assert told["times", "16x16x16"] == (8.0, True)
    assert told["mean", "mean of 2"] == (4.0, True)
    assert told["mean", "8x8x8"] == (2.0, None)
    assert told["total", "total of 2"] == (0.5, False)
    page = table(rows, rounds=3, machine="m", when="w")
    assert "4 of 6 met" in page
    assert "| 25.0 %, own 50.0 % |" in page


def test_a_peer_that_cannot_be_had_gives_no_verdict() -> None:
    goal = Goal(name="times", ours=OURS, shapes=SHAPES, target=3.0, against="peer", over="mean")
    theirs = {"8x8x8": Theirs(ns=20.0, name="p 1"), "16x16x16": Theirs(unavailable="no wheel")}
    rows = rows_of(a_bench(goal, times=dict.fromkeys(SHAPES, 10.0), theirs=theirs))
    assert rows[1].peer == "unavailable: peer: no wheel"
    assert [(row.ratio, row.met) for row in rows] == [(2.0, None), (0.0, None), (0.0, None)]
    assert "0 of 0 met, 1 without a verdict" in table(rows, rounds=3, machine="m", when="w")


def test_every_goal_speaks_of_shapes_that_the_bench_has() -> None:
    text = (KERNELS / "check" / "bench_shapes.c").read_text(encoding="utf-8")
    known = {f"{m}x{n}x{k}" for m, n, k in re.findall(r"GEMM\((\d+), (\d+), (\d+)\)", text)}
    known |= {f"1x{n}x{k}" for n, k in re.findall(r"GEMV\((\d+), (\d+)\)", text)}
    convs = re.findall(r' CONV\((\d+), (\d+), (\d+), (\d+), (\d+), \d, "(\w*)"\)', text)
    known |= {f"{h}x{w}x{c}x{n}k{window}{tail}" for h, w, c, n, window, tail in convs}
    assert {shape for goal in GOALS for shape in goal.shapes} <= known
