"""F06: two controllers, two users, one board."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers.cli import User
from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd


def test_the_second_is_refused_with_a_name_or_waits(tmp_path: Path, openssh_server: Server) -> None:
    board = tmp_path / "board"
    users = []
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
        user = User(tmp_path / name)
        user.know(openssh_server, "b1", dir=str(board))
        runs.steady_suite(user, "b1")
        users.append(user)
    first = runs.under_way(users[0], board, samples=0)
    refused = users[1].harness("run", "suite.yaml", "--no-report")
    assert refused.code == 75, refused.err
    assert "leased by" in refused.err
    assert "@" in refused.err
    waited = users[2].harness("run", "suite.yaml", "--no-report", "--wait", "2m")
    _, err = first.communicate(timeout=120)
    assert (first.returncode, waited.code) == (0, 0), err + waited.err
    mine, other = (runs.only_run(user) for user in (users[0], users[2]))
    for run in (mine, other):
        assert (runs.lost(run), runs.duplicates(run)) == (0, 0)
    # the second run's row says why, and the run is closed like any other
    row = runs.only_run(users[1]).measurements[0]
    assert "leased by" in row.reasons[0].words
    witness(
        "F06", on="OpenSSH", saw="exit 75 with the holder's name; with --wait it ran afterwards"
    )
