"""F01: the SSH server's process for our login is killed in the middle of an item."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers import sshd
from tests.helpers.cli import User

pytestmark = pytest.mark.sshd


@pytest.mark.parametrize("kind", ["openssh", "dropbear"])
def test_an_item_survives_its_login(tmp_path: Path, kind: str) -> None:
    board = tmp_path / "board"
    with sshd.openssh() if kind == "openssh" else sshd.dropbear() as server:
        user = User(tmp_path)
        user.know(server, "b1", dir=str(board))
        runs.steady_suite(user, "b1")
        process = runs.under_way(user, board)
        server.kill_logins(spared=runs.workers(board))
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "trying again" in err
    run = runs.only_run(user)
    assert (runs.lost(run), runs.duplicates(run)) == (0, 0)
    assert len(runs.spools(board)) == 1
    witness("F01", on=kind, saw="re-attached to the spool; every repetition is there once")
