"""Bridges on the disk: appended, read back, and never lost by what somebody else damaged."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.records.bridge import BRIDGE_SCHEMA, Bridge, Level, Line, Source
from harness.store.bridges import NAME, add_bridge, read_bridges
from harness.store.layout import list_folders


def a_bridge(board: str = "orin", *, straight: bool = True) -> Bridge:
    line = Line(
        a_w=1.2, b=1.18, var_a=1e-3, cov_ab=-1e-4, var_b=1e-5, chi_square=1.5, degrees=2, spread_w=0
    )
    return Bridge(
        board=board,
        board_id=f"id-{board}",
        mode="default",
        run="r1",
        made="2026-11-22T06:00:00Z",
        own=Source(name="ina3221:VDD_IN", scope="module", gain=0.02, offset_w=0.04),
        meter=Source(name="meter:shelly", scope="wall", gain=0.03, offset_w=0.1),
        ratio=1.18,
        u_ratio=0.08,
        u_ratio_noise=0.01,
        levels=(Level(load="idle", own_w=5, u_own_w=0.02, meter_w=7.1, u_meter_w=0.1),),
        from_w=5.0,
        to_w=14.0,
        line=line if straight else None,
        line_refused="" if straight else "only 2 levels",
    )


def test_bridges_are_appended_and_come_back(tmp_path: Path) -> None:
    root = tmp_path / "results"
    made = [a_bridge(), a_bridge("pi5", straight=False), a_bridge()]
    for bridge in made:
        before = (root / NAME).read_bytes() if root.exists() else b""
        path = add_bridge(root, bridge)
        assert path.read_bytes().startswith(before)
    assert read_bridges(root) == (tuple(made), ())
    first = json.loads((root / NAME).read_text().splitlines()[0])
    assert first["schema"] == BRIDGE_SCHEMA
    assert (first["own"]["scope"], first["meter"]["scope"]) == ("module", "wall")


def test_the_file_is_no_run(tmp_path: Path) -> None:
    add_bridge(tmp_path, a_bridge())
    assert list(list_folders(tmp_path)) == []


def test_no_file_no_bridge(tmp_path: Path) -> None:
    assert read_bridges(tmp_path) == ((), ())


def test_half_a_line_costs_itself_only(tmp_path: Path) -> None:
    path = add_bridge(tmp_path, a_bridge("a"))
    with path.open("ab") as file:
        file.write(b'{"schema":1,"board":"b"')
    found, notes = read_bridges(tmp_path)
    assert [b.board for b in found] == ["a"]
    assert "ends in the middle of a line" in notes[0]
    add_bridge(tmp_path, a_bridge("c"))
    found, notes = read_bridges(tmp_path)
    assert [b.board for b in found] == ["a", "c"]
    assert f"{NAME}:2" in notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": BRIDGE_SCHEMA + 1}, "this version knows up to"),
        ({"ratio": "wide"}, "Bridge.ratio"),
        ({"own": None}, "Bridge"),
    ],
)
def test_a_line_that_is_no_bridge_is_left_out(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    path = add_bridge(tmp_path, a_bridge("a"))
    data = {**json.loads(path.read_text()), **change}
    with path.open("a") as file:
        file.write(json.dumps(data) + "\n")
    add_bridge(tmp_path, a_bridge("c"))
    found, notes = read_bridges(tmp_path)
    assert [b.board for b in found] == ["a", "c"]
    assert len(notes) == 1
    assert words in notes[0]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write results"):
        add_bridge(tmp_path / "file", a_bridge())


def test_what_a_newer_version_adds_does_no_harm(tmp_path: Path) -> None:
    path = add_bridge(tmp_path, a_bridge())
    data = {**json.loads(path.read_text()), "humidity": 0.4}
    path.write_text(json.dumps(data) + "\n")
    assert read_bridges(tmp_path) == ((dataclasses.replace(a_bridge()),), ())
