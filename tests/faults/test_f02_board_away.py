"""F02: a board drops off the net in the middle of a run; the other one, and the run, go on."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.records.measurement import Status
from harness.store.reader import read_run
from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers.cli import User
from tests.helpers.sshd import Server
from tests.helpers.virtual import VirtualBoard

pytestmark = [pytest.mark.qemu, pytest.mark.sshd]


@pytest.fixture
def away_board() -> Iterator[VirtualBoard]:
    """A board of this test's own: its cable is pulled."""
    with VirtualBoard("riscv64") as board:
        yield board


def first_words(user: User, board: str) -> Callable[[], bool]:
    """Ask the journal of the only run whether the lost link was noticed."""

    def noticed() -> bool:
        journal = next(user.results.glob("*/*/*/journal.jsonl")).read_text(encoding="utf-8")
        return any(f'"board":"{board}"' in x and "trying again" in x for x in journal.splitlines())

    return noticed


def started(user: User, here: Server, away: VirtualBoard) -> subprocess.Popen[str]:
    """Start a run on both boards and return when both have measured for a while."""
    user.know(away.server, "away")
    user.know(here, "stays", dir=str(user.folder / "board"))
    runs.steady_suite(user, "away, stays")
    process = user.start("run", "suite.yaml", "--no-report")

    def have_begun() -> bool:
        journals = user.results.glob("*/*/*/journal.jsonl")
        text = "".join(p.read_text(encoding="utf-8") for p in journals)
        return text.count('"kind":"attempt"') == 2

    runs.wait_for(have_begun, 120, "both attempts")
    time.sleep(3.0)
    return process


@pytest.mark.slow
def test_a_board_that_is_away_for_long_is_left_and_fetched_later(
    tmp_path: Path, openssh_server: Server, away_board: VirtualBoard
) -> None:
    user = User(tmp_path)
    process = started(user, openssh_server, away_board)
    away_board.unplug()
    began = time.monotonic()
    noticed_s = runs.wait_for(first_words(user, "away"), 20, "a word about the lost board")
    _, err = process.communicate(timeout=400)
    ended_s = time.monotonic() - began
    assert process.returncode == 5, err
    assert "harness resume" in err
    run = runs.only_run(user)
    assert not run.closed
    assert run.missing == ()
    here = [m for m in run.measurements if m.board == "stays"]
    assert {m.status for m in here} <= runs.BELIEVED
    there = [m for m in run.measurements if m.board == "away"]
    assert there
    assert all(m.status is Status.INFRA or m.reasons for m in there)

    away_board.plug()
    resumed = user.harness("resume", "--no-report")
    assert resumed.code == 0, resumed.err
    run = read_run(run.folder)
    assert run.closed
    assert runs.lost(run) == 0
    assert {m.attempt for m in run.measurements} == {1}
    witness(
        "F02",
        on="emulated riscv64 board beside an OpenSSH one",
        saw=f"the other board went on; the run ended after {ended_s:.0f} s with 5 and stayed open; "
        "cable back: resume fetched every item, none was measured again",
        noticed_s=noticed_s,
    )


def test_a_short_absence_is_sat_out(
    tmp_path: Path, openssh_server: Server, away_board: VirtualBoard
) -> None:
    user = User(tmp_path)
    process = started(user, openssh_server, away_board)
    away_board.unplug()
    noticed_s = runs.wait_for(first_words(user, "away"), 20, "a word about the lost board")
    away_board.plug()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    run = runs.only_run(user)
    assert run.closed
    assert (runs.lost(run), runs.duplicates(run)) == (0, 0)
    assert {m.attempt for m in run.measurements} == {1}
    assert noticed_s <= 15
    witness(
        "F02",
        on="emulated riscv64 board, cable out until noticed",
        saw="re-attached, nothing lost",
        noticed_s=noticed_s,
    )
