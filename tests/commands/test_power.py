"""`harness power bridge` for real: a fake INA3221 and a meter that follow what the runner does."""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.commands.power import _pairs, loads
from harness.errors import CannotTellError
from harness.store.bridges import read_bridges
from tests.boards.fixtures import plant
from tests.commands import supply
from tests.helpers import measurements as made
from tests.helpers.cli import User
from tests.report.joules import MODULE, WALL, in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.records.bridge import Bridge

NET = "  - {ops: [gemm], schemes: [w8a8], shapes: [512x512x512], on: [all]}"
WINDOWS = """\
energy: all
protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0, budget_s: 2, energy_windows: 1, energy_window_s: 2, idle_s: 2}
"""


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def board(user: User, *, name: str = "orin", metered: bool = True, sensor: bool = True) -> None:
    """Write an inventory of one board: this machine, with a tree and a supply of its own."""
    files = supply.board() if sensor else {"/proc/device-tree/compatible": "nvidia,p3767-0005\0"}
    root = plant(user.folder / ("root" if sensor else "bare"), files)
    place = user.folder / "board"
    entry: dict[str, Any] = {"dir": str(place), "root": str(root)}
    if metered:
        words = [sys.executable, str(Path(supply.__file__)), str(root), str(place)]
        entry["meter"] = {
            "command": shlex.join(words),
            "scope": "wall",
            "gain": 0.01,
            "quantum_w": 0.01,
            "period_ms": 40,
            "window_s": 2,
        }
    user.write("boards.yaml", f"boards:\n  {name}: {json.dumps(entry)}\n")


@contextlib.contextmanager
def supplied(user: User) -> Iterator[None]:
    """Let the supply do its work though nobody reads the meter."""
    words = [sys.executable, str(Path(supply.__file__)), str(user.folder / "root")]
    words.append(str(user.folder / "board"))
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as child:
        yield
        child.terminate()


def kept(user: User) -> Bridge:
    (found,), notes = read_bridges(user.results)
    assert notes == ()
    return found


def test_a_bridge_is_measured_kept_and_used(user: User) -> None:
    board(user)
    ended = user.harness("power", "bridge", "orin", "--window", "2", "--windows", "1")
    assert ended.code == 0, ended.err + ended.out
    found = kept(user)
    assert (found.own.name, found.own.scope) == ("ina3221:VDD_IN", "rails")
    assert (found.meter.name, found.meter.scope, found.mode) == ("meter:command", "wall", "default")
    # what the supply does is known: 1 W of the rail is 1 / 0.85 W at the wall, and 1.2 W more
    assert abs(found.ratio - 1 / supply.SHARE) < found.u_ratio
    assert found.u_ratio_noise < found.u_ratio
    assert found.line is not None, found.line_refused
    middle = (found.from_w + found.to_w) / 2
    truth = supply.LOSS_W + middle / supply.SHARE
    assert found.line.a_w + found.line.b * middle == pytest.approx(truth, rel=0.02)
    assert "net: a watt of rails is" in ended.out
    # every level was measured by both sources over the very same windows
    for row in user.rows():
        own, meter = row["energy"]
        assert own["windows_ns"] == meter["windows_ns"]

    # a later run without the meter is told in its scope, labelled, and stored as it was measured
    board(user, metered=False)
    user.suite("orin", NET, WINDOWS)
    with supplied(user):
        ran = user.harness("run", "suite.yaml")
    assert ran.code == 0, ran.err
    (row,) = user.rows()
    assert [(e["scope"], e["status"]) for e in row["energy"]] == [("rails", "OK")]
    shown = user.harness("show", "last").out
    assert "(rails +-" in shown
    assert "bridged" in shown
    table = user.harness("show", "last", "--rows", "board", "--metric", "J/inf").out
    assert "orin (wall, bridged)" in table
    page = next(user.results.glob(f"*/*/{row['run']}/report.html")).read_text(encoding="utf-8")
    assert "bridged: ina3221:VDD_IN over meter:command" in page
    assert "bridged" not in user.harness("export", "last").out


def test_what_is_missing_is_said_before_anything_is_measured(user: User) -> None:
    board(user, metered=False)
    ended = user.harness("power", "bridge", "orin")
    assert (ended.code, "has no meter to bridge to" in ended.err) == (2, True)
    assert "docs/POWER.md" in ended.err
    board(user, sensor=False)
    ended = user.harness("power", "bridge", "orin")
    assert (ended.code, "has no sensor of its own: no power sensor" in ended.err) == (2, True)
    assert not list(user.results.glob("*/*/*/plan.json"))
    assert user.harness("power", "bridge", "nobody").code == 2


def test_a_meter_that_is_not_there_is_said_and_bridges_nothing() -> None:
    rows = [
        made.a_measurement(energy=(in_scope("module"),), energy_absent="meter:shelly was not read")
    ]
    with pytest.raises(CannotTellError, match="no bridge to meter:shelly: meter:shelly was not"):
        _pairs(rows, MODULE, WALL)
    both = made.a_measurement(energy=(in_scope("module"), in_scope("wall", 13.0)))
    (pair,) = _pairs([*rows, both], MODULE, WALL)
    assert (pair.load, pair.own.scope, pair.meter.scope) == ("gemm w1a1 1", "module", "wall")


@pytest.mark.parametrize(
    ("cores", "counts"), [(1, ["1", "all"]), (2, ["1", "all"]), (6, ["1", "3", "all"])]
)
def test_loads_fit_the_cores(cores: int, counts: list[str]) -> None:
    suite = loads("b", cores, 60.0, 3, "15W")
    assert [list(block.on) for block in suite.blocks] == [counts, ["all"]]
    assert (suite.energy, suite.modes) == ("all", ("15W",))
    assert suite.overrides["energy_window_s"] == suite.overrides["idle_s"] == 60.0
