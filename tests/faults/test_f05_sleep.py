"""F05: the controller sleeps while the board works: a laptop with its lid closed."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers.cli import User
from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd


@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_a_controller_that_slept_has_missed_nothing(
    tmp_path: Path, openssh_server: Server, seconds: int
) -> None:
    board = tmp_path / "board"
    user = User(tmp_path)
    user.know(openssh_server, "b1", dir=str(board))
    runs.steady_suite(user, "b1")
    process = runs.under_way(user, board)
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    run = runs.only_run(user)
    assert (runs.lost(run), runs.duplicates(run)) == (0, 0)
    witness("F05", on=f"OpenSSH, {seconds} s asleep", saw="every item whole, no false TIMEOUT")
