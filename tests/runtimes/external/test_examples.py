"""The examples of docs/EXTENDING.md, each through a whole `harness run` on this machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.cli import User
from tests.runtimes.external.kit import (
    EXAMPLES,
    SIZES,
    bench,
    bnn_lab,
    declare,
    folder,
    gemm,
    measure,
)

GOOD = {"OK", "SUSPECT"}
LINES_MAX = 60
DOCS = Path(__file__).parents[3] / "docs" / "EXTENDING.md"


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_a_c_program_of_twenty_lines_is_held_against_our_reference(user: User) -> None:
    declare(
        user,
        f"mine: {{protocol: worker, command: [{gemm()}, {SIZES}],"
        " workload: gemm, schemes: [w8a8], shapes: [16x24x40], check: reference}",
    )
    matrix = (
        "  - {ops: [gemm], schemes: [w8a8], shapes: [16x24x40],"
        ' implementations: [best, "external:mine"]}'
    )
    rows = measure(user, matrix=matrix)
    ours, mine = rows["native"], rows["mine"]
    assert mine["status"] in GOOD, mine["reasons"]
    assert mine["check"] == {"kind": "ref-on-board", "passed": True}
    assert mine["build"]["runtime"] == "gemm.c 1.0"
    assert mine["precision_executed"] == "w8a8"
    assert mine["macs_by_precision"] == ours["macs_by_precision"] == {"w8a8": 16 * 24 * 40}
    # one suite's table holds both: the same work, another runtime
    assert (mine["kind"], mine["workload"], mine["shape"]) == (
        ours["kind"],
        ours["workload"],
        ours["shape"],
    )
    assert "timed_by" not in mine


def test_bnn_labs_kernel_is_held_against_our_reference(user: User) -> None:
    where = folder()
    declare(
        user,
        f"bnn-lab: {{protocol: worker, workload: gemm, schemes: [w1a1], shapes: [32x48x128],"
        f" check: reference, command: [python3, {where}/harness_worker.py,"
        f" {where}/bnn_lab_gemm.py, {bnn_lab()}, {SIZES}]}}",
    )
    row = measure(user, "bnn-lab")["bnn-lab"]
    assert row["status"] in GOOD, row["reasons"]
    assert row["check"] == {"kind": "ref-on-board", "passed": True}
    assert row["build"]["runtime"] == "bnn-lab 1.0.0"


def test_a_google_benchmark_program_is_timed_by_its_own_clock_and_unchecked(user: User) -> None:
    declare(
        user,
        "xnor: {protocol: google-benchmark, check: unchecked,"
        f' command: [{bench()}, "--benchmark_filter=BM_xnor/64$"]}}',
    )
    row = measure(user, "xnor")["xnor"]
    assert row["status"] in GOOD, row["reasons"]
    assert row["check"]["kind"] == "unchecked"
    assert row["check"]["passed"] is False
    assert row["timed_by"] == "the program's own clock"
    assert "BM_xnor/64" in row["build"]["runtime"]
    assert row["latency_ns"]["samples"] == 3
    assert 1 < row["latency_ns"]["p25"] < 1e6
    shown = user.harness("show").out.splitlines()
    heads = [n for n, line in enumerate(shown) if line.startswith("unchecked:")]
    assert heads == [0]  # nothing proven stands above it
    assert "unchecked" in shown[1]


@pytest.mark.parametrize("name", ["gemm.c", "bench.cpp", "bnn_lab_gemm.py"])
def test_the_docs_hold_the_examples_as_they_are_run(name: str) -> None:
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    blocks = re.findall(
        r"^```[a-z+]*\n(.*?)^```$", DOCS.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert source in blocks
    # with what declares it
    declaration = next(block for block in blocks if "externals:" in block)
    assert len(source.splitlines()) + len(declaration.splitlines()) <= LINES_MAX
