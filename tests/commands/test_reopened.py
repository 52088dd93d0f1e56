"""`harness resume`, `stop`, `rerun` and `runs` as a user meets them; kills are in tests/faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.records.measurement import Status
from harness.store.layout import list_folders
from harness.store.reader import read_run
from tests.faults import runs
from tests.helpers import sshd
from tests.helpers.cli import User
from tests.helpers.sshd import Server

GEMMS = "  - {ops: [gemm], schemes: [w1a1, w8a8], shapes: [64x64x64]}"


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.mark.sshd
def test_rerun_measures_the_wanted_items_in_a_new_run(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "b1", dir=str(user.folder / "board"))
    user.suite("b1", GEMMS)
    assert user.harness("run", "suite.yaml", "--no-report").code == 0
    first = runs.only_run(user)
    verdict = first.measurements[0].status.value
    count = sum(m.status.value == verdict for m in first.measurements)
    ended = user.harness("rerun", first.id[:14], "--status", verdict, "--no-report")
    assert ended.code == 0, ended.err
    _, folder = list_folders(user.results)
    again = read_run(folder)
    assert again.facts.rerun_of == first.id
    assert len(again.measurements) == count
    assert {m.item for m in again.measurements} <= {m.item for m in first.measurements}
    assert again.plan.seed != first.plan.seed
    nothing = user.harness("rerun", first.id, "--status", "invalid")
    assert nothing.code == 2
    assert "no such item" in nothing.err
    unknown = user.harness("rerun", first.id, "--status", "fine")
    assert unknown.code == 2
    assert "--status 'fine'" in unknown.err


@pytest.mark.sshd
def test_resume_leaves_a_run_open_while_its_board_is_away(user: User, tmp_path: Path) -> None:
    board = tmp_path / "board"
    with sshd.openssh() as server:
        user.know(server, "b1", dir=str(board))
        runs.steady_suite(user, "b1")
        runs.orphaned(user, board)
    ended = user.harness("resume", "--no-report")
    assert ended.code == 5, ended.err
    assert "stays open" in ended.err
    run = runs.only_run(user)
    assert not run.closed
    assert len(run.missing) == runs.ITEMS
    # nobody will come back: give it up
    runs.wait_for(lambda: not runs.workers(board), 60, "the worker's end")
    stopped = user.harness("stop", "--no-report")
    assert stopped.code == 5, stopped.err
    assert "could not be told" in stopped.err
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert {m.status for m in run.measurements} == {Status.INFRA}


@pytest.mark.sshd
def test_stop_reaches_a_run_that_is_under_way(user: User, openssh_server: Server) -> None:
    board = user.folder / "board"
    user.know(openssh_server, "b1", dir=str(board))
    runs.steady_suite(user, "b1", repetitions=90)  # however late it is told to stop
    process = runs.under_way(user, board, samples=0)
    assert "(under way)" in user.harness("runs").out
    refused = user.harness("resume")
    assert refused.code == 75
    assert "under way" in refused.err
    stopped = user.harness("stop")
    assert stopped.code == 0, stopped.err
    assert "told to stop" in stopped.err
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    run = runs.only_run(user)
    assert run.closed
    done = [m.latency_ns.repetitions for m in run.measurements if m.latency_ns]
    assert not done or min(done) < 90
    assert {m.status for m in run.measurements} <= {*runs.BELIEVED, Status.SKIPPED}


@pytest.mark.sshd
def test_a_swapped_board_is_not_believed(user: User, openssh_server: Server) -> None:
    board = user.folder / "board"
    user.know(openssh_server, "b1", dir=str(board))
    runs.steady_suite(user, "b1")
    runs.orphaned(user, board)
    (folder,) = list_folders(user.results)
    # the same name, and a machine of another kind behind it
    path = user.folder / "boards.yaml"
    entry = json.loads(path.read_text().partition("b1: ")[2])
    other = user.folder / "root"
    tree = other / "sys" / "firmware" / "devicetree" / "base"
    tree.mkdir(parents=True)
    (tree / "serial-number").write_text("1422919082383")
    path.write_text(f"boards:\n  b1: {json.dumps({**entry, 'root': str(other)})}\n")
    ended = user.harness("resume", "--no-report")
    assert ended.code == 5, ended.err
    assert "another board answers" in ended.err
    assert not read_run(folder).closed


def test_a_damaged_run_is_named_and_the_others_are_listed(user: User) -> None:
    user.suite("local", GEMMS)
    place = user.results / "2026" / "11" / ("0" * 32)
    place.mkdir(parents=True)
    (place / "plan.json").write_text("{")
    ended = user.harness("runs")
    assert ended.code == 74
    assert "plan.json" in ended.err
