"""F25: an emulated machine that poses as an Arm board is found out, labelled, and never ranked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.records.codec import to_json
from harness.report.page import build
from harness.report.verdicts import may_rank
from harness.store.layout import list_folders
from harness.store.reader import read_run
from harness.toolchain.build import build as build_runner
from tests.faults.ledger import witness
from tests.helpers.cli import BRIEF, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.virtual import VirtualBoard

GEMMS = "  - {ops: [gemm], schemes: [w1a1, fp32], shapes: [64x64x64]}"
TWICE = BRIEF.replace("_min: 1", "_min: 2").replace("_max: 1", "_max: 2")


@pytest.mark.qemu
def test_an_emulated_board_is_labelled_and_in_no_ranking(
    tmp_path: Path, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    user = User(tmp_path)
    # two boards that can be ranked, so that there are rankings to be kept out of
    real = ("here", "there")
    entries = "".join(f"  {name}: {{dir: {tmp_path / name}}}\n" for name in real)
    user.write("boards.yaml", f"boards:\n{entries}")
    # nothing in the inventory says `emulated`
    user.know(virtual_board("arm64").server, "posing", tags=["arm"])
    user.suite("here, there, posing", GEMMS, TWICE)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 0, ended.err
    (folder,) = list_folders(user.results)
    run = read_run(folder)
    rows = [m for m in run.measurements if m.board == "posing"]
    assert len(rows) == 2
    assert all(m.emulated and m.inferences_per_s and not may_rank(m) for m in rows)
    (environment,) = [e for e in run.environments.values() if e.board == "posing"]
    assert "qemu" in environment.emulated
    page = build([run], "x")
    for section in (page.results, page.charts, page.networks, page.peaks, page.glance, page.energy):
        assert "posing" not in json.dumps(to_json(section))
    assert "posing" in json.dumps(to_json(page.emulated))
    assert len([line for line in ended.out.splitlines() if "posing (emulated)" in line]) == 2
    witness(
        "F25",
        on="Debian arm64 under qemu-user, behind dropbear",
        saw=f"found out ({environment.emulated}), labelled in every row, in no ranking, chart or"
        " peak; its own section of the report",
    )


@pytest.mark.qemu
def test_an_emulated_board_decides_no_gate(
    tmp_path: Path, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    user = User(tmp_path)
    user.know(virtual_board("arm64").server, "posing")
    user.suite("posing", GEMMS)
    base = build_runner(target="aarch64").path
    ended = user.harness("gate", "suite.yaml", "--base", str(base))
    assert ended.code == 3, ended.err
    assert "posing is emulated" in ended.err
    witness("F25", on="Debian arm64 under qemu-user", saw="a gate on it cannot tell: exit 3")
