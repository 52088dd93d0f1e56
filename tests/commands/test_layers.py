"""`harness run --layers` from the command to the page, and what `resume` makes of a cut run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import runs
from tests.helpers.cli import User

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server

LADDER = """\
  - {networks: [ladder_w16], schemes: [w1a1, fp32], runtimes: [native]}
  - {networks: [ladder_w16], schemes: [fp32], runtimes: [onnxruntime]}
  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"""
FIELDS = ["name", "op", "scheme", "shape", "macs", "variant", "ns"]


@pytest.fixture
def user(tmp_path: Path) -> User:
    person = User(tmp_path)
    folder = tmp_path / "board"
    folder.mkdir()
    person.write("boards.yaml", f"boards:\n  local: {{dir: {json.dumps(str(folder))}}}\n")
    return person


def require_layers(row: dict[str, Any]) -> None:
    """The layers of a row are those of its plan: every product is in one of them."""
    layers = row["layers"]
    assert [list(layer) for layer in layers] == [FIELDS] * len(layers)
    assert sum(layer["macs"] for layer in layers) == sum(row["macs_by_precision"].values())
    assert all(layer["ns"] > 0 for layer in layers)
    assert all(bool(layer["scheme"]) == bool(layer["macs"]) for layer in layers)
    by_variant = {layer["variant"].split("__")[0].rpartition("_")[2] for layer in layers}
    assert {layer["scheme"] for layer in layers} == by_variant


def test_from_the_command_to_the_page(user: User) -> None:
    user.suite("local", LADDER)
    ended = user.harness("run", "suite.yaml", "--layers")
    assert ended.code == 0, ended.err
    rows = user.rows()
    ours = [r for r in rows if r["kind"] == "network" and r["runtime"] == "native"]
    assert len(ours) == 2
    for row in ours:
        require_layers(row)
        assert {"weights_bytes", "arena_bytes", "peak_rss_bytes"} == set(row["memory"])
        assert min(*row["memory"].values(), *row["startup_ns"].values()) > 0
    others = [r for r in rows if r not in ours]
    assert len(others) == 2
    assert not any("layers" in row for row in others)
    program = next(r for r in others if r["runtime"] == "onnxruntime")
    assert {"weights_bytes", "peak_rss_bytes"} == set(program["memory"])
    assert {"load", "first"} == set(program["startup_ns"])

    shown = user.harness("show", f"last/{ours[0]['item']}").out
    names = [layer["name"] for layer in ours[0]["layers"]]
    table = shown[shown.rindex("\n}\n") :].splitlines()[3:]
    assert [line.split()[0] for line in table[: len(names)]] == names
    assert sum(map(float, re.findall(r"([0-9.]+)%", "\n".join(table)))) == pytest.approx(100, abs=2)
    report = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    assert report.count("<summary>ladder_w16") == report.count('class="slowest"') == 2
    assert "MiB" in user.harness("show", "last", "--rows", "runtime", "--metric", "rss").out


def test_a_plan_without_our_networks_says_so(user: User) -> None:
    user.suite("local", "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}")
    ended = user.harness("run", "suite.yaml", "--layers", "--dry-run")
    assert ended.code == 0, ended.err
    assert "--layers: no network of this plan" in ended.err


@pytest.mark.slow
@pytest.mark.sshd
def test_resume_rebuilds_them_from_the_spool(tmp_path: Path, openssh_server: Server) -> None:
    user, board = User(tmp_path), tmp_path / "board"
    user.know(openssh_server, "b1", dir=str(board))
    matrix = "  - {networks: [ladder_w16], schemes: [w1a1, fp32], runtimes: [native]}"
    user.suite("b1", matrix, runs.STEADY.format(runs.REPETITIONS))
    process = user.start("run", "suite.yaml", "--no-report", "--layers")
    runs.wait_for(lambda: runs.spools(board), 60, "the worker's spool")
    process.kill()
    process.communicate()
    ended = user.harness("resume", "--no-report")
    assert ended.code == 0, ended.err
    assert len(runs.spools(board)) == 1
    rows = user.rows()
    assert len(rows) == 2
    for row in rows:
        require_layers(row)
