"""F04: the user stops a run, kindly and not; twice is at once."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from harness.records.measurement import Status
from harness.store.journal import read_journal
from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers.cli import User
from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_leaves_a_whole_journal_and_no_worker(
    tmp_path: Path, openssh_server: Server, times: int
) -> None:
    board = tmp_path / "board"
    user = User(tmp_path)
    user.know(openssh_server, "b1", dir=str(board))
    runs.steady_suite(user, "b1")
    process = runs.under_way(user, board)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    took_s = time.monotonic() - began
    assert process.returncode == 130, err
    assert "Traceback" not in err
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert read_journal(run.folder / "journal.jsonl").torn == 0
    # kept: what was done; told: what was not
    assert {m.status for m in run.measurements} <= {*runs.BELIEVED, Status.SKIPPED}
    assert runs.lost(run) > 0, "stopped too late to show anything"
    gone_s = runs.wait_for(lambda: not runs.workers(board), 10, "the worker's end")
    witness(
        "F04",
        on=f"OpenSSH, SIGINT {'once' if times == 1 else 'twice'}",
        saw=f"exit 130 after {took_s:.1f} s, run closed, worker gone {gone_s:.1f} s later",
    )
