"""Power modes for real: a suite with modes, on a board whose knobs are files, to their return."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import runs
from tests.helpers import knobs
from tests.helpers.cli import BRIEF, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.virtual import VirtualBoard

GEMMS = "  - {ops: [gemm], schemes: [w1a1, w8a8], shapes: [64x64x64]}"
LIMIT_S = 60


class Tuned:
    """A user with one board: this machine, a folder of its own, and knobs that are files."""

    def __init__(self, folder: Path, *, top_khz: int = 1_800_000, **keys: object) -> None:
        self.user = User(folder)
        self.dir = folder / "board"
        self.root = knobs.tree(folder / "root", top_khz=top_khz)
        entry = {"dir": str(self.dir), "root": str(self.root), "tune": True, **keys}
        self.user.write("boards.yaml", f"boards:\n  b1: {json.dumps(entry)}\n")
        self.before = knobs.values(self.root)

    def suite(self, modes: str, *, repetitions: int = 0) -> None:
        """Two GEMMs in these modes; with `repetitions` they last until they are told to end."""
        head = runs.STEADY.format(repetitions) if repetitions else BRIEF
        self.user.suite("b1", GEMMS, f"{head}modes: [{modes}]\n")

    def run(self) -> Any:
        return self.user.harness("run", "suite.yaml", "--no-report")

    def by_mode(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of the newest run by mode."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.user.rows():
            found.setdefault(row["mode"], []).append(row)
        return found

    def environment(self, row: dict[str, Any]) -> dict[str, Any]:
        """The state of the board that a row names."""
        (folder,) = self.user.results.glob("*/*/*")
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return dict(run["environments"][row["environment"]])

    def is_back(self) -> bool:
        """Whether every value is as it was, and no guard is left."""
        same = knobs.values(self.root) == self.before
        return same and not list((self.dir / "harness").glob("guard.*"))

    def wait_back(self) -> None:
        runs.wait_for(self.is_back, LIMIT_S, "values as they were")

    def wait_set(self, governor: str = "performance") -> None:
        """Wait until a worker measures in a mode."""
        runs.wait_for(lambda: runs.spools(self.dir), LIMIT_S, "the worker")
        assert knobs.read(self.root, knobs.GOVERNOR) == governor

    def pids(self, verb: str) -> list[int]:
        """Processes of this board's runner under one verb."""
        found = []
        for pid in runs.workers(self.dir):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[1] == verb.encode():
                found.append(pid)
        return found

    def kill(self, verb: str) -> None:
        runs.kill(self.pids(verb))


@pytest.fixture
def tuned(tmp_path: Path) -> Tuned:
    return Tuned(tmp_path)


def test_two_modes_are_set_one_after_the_other_and_given_back(tuned: Tuned) -> None:
    tuned.suite("performance, default, powersave")
    seen: list[str] = []
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    while process.poll() is None:
        now = knobs.read(tuned.root, knobs.GOVERNOR)
        if now and now not in seen[-1:]:
            seen.append(now)
        time.sleep(0.002)
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert seen == ["schedutil", "performance", "schedutil", "powersave", "schedutil"]
    assert tuned.is_back()
    rows = tuned.by_mode()
    assert {mode: len(of) for mode, of in rows.items()} == {
        "performance": 2,
        "default": 2,
        "powersave": 2,
    }
    attempts = {mode: {row["attempt"] for row in of} for mode, of in rows.items()}
    assert attempts == {"performance": {1}, "default": {2}, "powersave": {3}}
    told = {mode: tuned.environment(of[0]) for mode, of in rows.items()}
    assert told["performance"]["power_mode"] == "performance"
    assert told["performance"]["governors"] == dict.fromkeys(("policy0", "policy4"), "performance")
    assert told["performance"]["caps_khz"] == {"policy0": 1_800_000, "policy4": 2_400_000}
    assert told["powersave"]["governor"] == "powersave"
    assert "power_mode" not in told["default"]
    assert told["default"]["governor"] == "schedutil"


def test_a_clock_that_is_not_the_modes_is_suspect(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    low, high = Tuned(tmp_path / "a"), Tuned(tmp_path / "b", top_khz=9_000_000)
    low.suite("600MHz")
    high.suite("max")
    assert (low.run().code, high.run().code) == (0, 0)
    for board, rule, words in ((low, "V10", "above the cap"), (high, "V09", "was not reached")):
        for row in board.user.rows():
            assert row["status"] == "SUSPECT"
            reasons = {r["rule"]: r for r in row["reasons"]}
            assert words in reasons[rule]["words"]
            assert reasons[rule]["seen"] > 1e8
        assert board.is_back()


def test_what_cannot_be_had_is_skipped_in_words(tuned: Tuned) -> None:
    tuned.suite("default, 15W, turbo")
    ended = tuned.run()
    assert ended.code == 0, ended.err
    rows = tuned.by_mode()
    assert {row["status"] for row in rows["default"]} <= {"OK", "SUSPECT"}
    for mode in ("15W", "turbo"):
        assert {row["status"] for row in rows[mode]} == {"SKIPPED"}
        assert "it has conservative, powersave, performance, schedutil" in str(rows[mode])


def test_without_tune_nothing_is_touched(tmp_path: Path) -> None:
    board = Tuned(tmp_path, tune=False)
    board.suite("performance")
    assert board.run().code == 0
    assert "tune: true" in board.user.rows()[0]["reasons"][0]["words"]
    assert board.is_back()


def test_sudo_that_refuses_skips_with_the_fix(tmp_path: Path) -> None:
    board = Tuned(tmp_path, become="sudo-n")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    sudo = bin_ / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o755)
    board.suite("performance, default")
    path = f"{bin_}:{os.environ['PATH']}"
    ended = board.user.harness("run", "suite.yaml", "--no-report", PATH=path)
    assert ended.code == 0, ended.err
    rows = board.by_mode()
    words = rows["performance"][0]["reasons"][0]["words"]
    assert {row["status"] for row in rows["performance"]} == {"SKIPPED"}
    assert "a password is required" in words
    assert "harness doctor b1" in words
    assert {row["status"] for row in rows["default"]} <= {"OK", "SUSPECT"}
    # one that lets it pass, as sudo does: as somebody else's request
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] || exit 9\nshift\nexec "$@"\n')
    ended = board.user.harness("run", "suite.yaml", "--no-report", PATH=path)
    assert {row["status"] for row in board.user.rows()} <= {"OK", "SUSPECT"}, ended.err
    assert board.is_back()


def test_an_nvpmodel_of_the_board_is_used_queried_again_and_given_back(tmp_path: Path) -> None:
    board = Tuned(tmp_path)
    status = knobs.nvpmodel(board.root, reboots="1")
    board.suite("max, 7W, 15W")
    ended = board.run()
    assert ended.code == 0, ended.err
    rows = board.by_mode()
    told = board.environment(rows["max"][0])
    assert (told["power_mode"], told["power_mode_id"]) == ("MAXN_SUPER", 2)
    assert {row["status"] for row in rows["7W"]} == {"SKIPPED"}
    assert "needs a reboot" in rows["7W"][0]["reasons"][0]["words"]
    assert board.environment(rows["15W"][0])["power_mode_id"] == 0
    assert status.read_text() == "0\n"
    assert board.is_back()


def test_an_nvpmodel_that_lies_is_found_out(tmp_path: Path) -> None:
    board = Tuned(tmp_path)
    knobs.nvpmodel(board.root, liars="1")
    board.suite("7W")
    assert board.run().code == 0
    words = board.user.rows()[0]["reasons"][0]["words"]
    assert "nvpmodel says that 0 is in force" in words
    assert board.is_back()


def test_after_kill_9_of_controller_and_worker_the_guard_gives_back(tuned: Tuned) -> None:
    tuned.suite("performance, powersave", repetitions=500)
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    tuned.wait_set()
    process.kill()
    process.communicate()
    assert knobs.read(tuned.root, knobs.GOVERNOR) == "performance"  # the worker goes on in it
    tuned.kill("exec")
    tuned.wait_back()


@pytest.mark.slow
def test_kill_9_of_the_worker_alone_is_tried_again_in_the_same_mode(tuned: Tuned) -> None:
    tuned.suite("performance", repetitions=5)
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    tuned.wait_set()
    tuned.kill("exec")
    _, err = process.communicate(timeout=LIMIT_S * 2)
    assert process.returncode == 0, err
    assert tuned.is_back()
    rows = [row for row in tuned.user.rows() if row["status"] != "INFRA"]
    assert len(rows) == 2
    assert tuned.environment(rows[0])["governor"] == "performance"


def test_after_kill_9_of_the_guard_the_next_run_gives_back_first(tuned: Tuned) -> None:
    tuned.suite("performance", repetitions=500)
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    tuned.wait_set()
    process.kill()
    process.communicate()
    tuned.kill("guard")
    tuned.kill("exec")
    runs.wait_for(lambda: not runs.workers(tuned.dir), LIMIT_S, "their end")
    assert not tuned.is_back()
    tuned.suite("default")
    # whose board may not be tuned any more is told, and nothing is touched
    with_leave = (tuned.user.folder / "boards.yaml").read_text(encoding="utf-8")
    tuned.user.write("boards.yaml", with_leave.replace('"tune": true', '"tune": false'))
    told_so = tuned.run()
    assert "is not given back yet: write `tune: true` for b1" in told_so.err
    assert not tuned.is_back()
    tuned.user.write("boards.yaml", with_leave)
    ended = tuned.run()
    assert ended.code == 0, ended.err
    assert "is given back" in ended.err
    assert tuned.is_back()
    newest = max(tuned.user.results.glob("*/*/*/run.json"), key=lambda p: p.parent.name)
    (told,) = json.loads(newest.read_text(encoding="utf-8"))["environments"].values()
    assert told["governor"] == "schedutil"


def test_ctrl_c_gives_back_at_once(tuned: Tuned) -> None:
    tuned.suite("performance, powersave", repetitions=500)
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    tuned.wait_set()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert tuned.is_back()
    assert len(tuned.user.rows()) == 4


@pytest.mark.slow
def test_resume_goes_on_with_the_modes_that_are_missing(tuned: Tuned) -> None:
    tuned.suite("performance, powersave", repetitions=5)
    process = tuned.user.start("run", "suite.yaml", "--no-report")
    tuned.wait_set()
    process.kill()
    process.communicate()
    ended = tuned.user.harness("resume", "--no-report")
    assert ended.code == 0, ended.err
    assert tuned.is_back()
    rows = tuned.by_mode()
    assert {mode: len(of) for mode, of in rows.items()} == {"performance": 2, "powersave": 2}
    told = {mode: tuned.environment(of[0])["governor"] for mode, of in rows.items()}
    assert told == {"performance": "performance", "powersave": "powersave"}


@pytest.mark.qemu
def test_a_cut_link_gives_back_too(
    tmp_path: Path, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    user, board = User(tmp_path), virtual_board("arm64")
    governor = "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor"
    user.know(board.server, "jetson", tune=True, dir="/tmp/b")
    user.suite("jetson", GEMMS, f"{BRIEF}modes: [performance]\n")
    process = user.start("run", "suite.yaml", "--no-report")
    try:
        runs.wait_for(lambda: _signed(board), 200, "the worker's lease")
        assert board.read(governor).strip() == "performance"
        board.unplug()
        # the worker comes to its end, the lease is free, nobody here had a part in it
        runs.wait_for(lambda: board.read(governor).strip() == "schedutil", 400, "its return")
    finally:
        board.plug()
        process.kill()
        process.communicate()


def _signed(board: VirtualBoard) -> bool:
    try:
        return bool(board.read("/tmp/b/harness.lock"))
    except OSError:
        return False
