"""F07: the controller dies; the worker goes on, and another controller takes the run up again."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from harness.store.layout import list_folders
from harness.store.reader import read_run
from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers.cli import User
from tests.helpers.sshd import Server
from tests.kernels.runner_rig import Rig, kernel, native

pytestmark = pytest.mark.sshd


def kill_after(user: User, seconds: float) -> None:
    """Start a run and kill -9 its controller so long after."""
    process = user.start("run", "suite.yaml", "--no-report")
    time.sleep(seconds)
    process.kill()
    process.communicate()


@pytest.fixture
def user(tmp_path: Path, openssh_server: Server) -> User:
    person = User(tmp_path)
    person.know(openssh_server, "b1", dir=str(tmp_path / "board"))
    runs.steady_suite(person, "b1")
    return person


def test_resume_brings_what_the_board_went_on_to_finish(user: User, tmp_path: Path) -> None:
    runs.orphaned(user, tmp_path / "board")
    listed = user.harness("runs")
    assert "open: `harness resume`" in listed.out
    ended = user.harness("resume")
    assert ended.code == 0, ended.err
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert (runs.lost(run), runs.duplicates(run)) == (0, 0)
    assert len(runs.spools(tmp_path / "board")) == 1
    assert "open" not in user.harness("runs").out
    again = user.harness("resume")
    assert again.code == 2
    assert "harness rerun" in again.err
    witness("F07", on="OpenSSH", saw="resume fetched every item; nothing measured twice")


def test_a_new_run_is_told_who_holds_the_board_or_waits(user: User, tmp_path: Path) -> None:
    runs.steady_suite(user, "b1", repetitions=20)  # however late the next one comes
    runs.orphaned(user, tmp_path / "board")
    refused = user.harness("run", "suite.yaml", "--no-report")
    assert refused.code == 75, refused.err
    assert "leased by" in refused.err
    assert "s left" in refused.err
    waited = user.harness("run", "suite.yaml", "--no-report", "--wait", "2m")
    assert waited.code == 0, waited.err
    witness("F07", on="OpenSSH", saw="a new run: 75 with holder and time left; with --wait it ran")


def test_stop_ends_the_orphan_and_keeps_what_it_finished(user: User, tmp_path: Path) -> None:
    runs.steady_suite(user, "b1", repetitions=90)  # however late it is told to stop
    runs.orphaned(user, tmp_path / "board", samples=2 * runs.ITEMS)
    ended = user.harness("stop", "--no-report")
    assert ended.code == 0, ended.err
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert runs.duplicates(run) == 0
    done = [m.latency_ns.repetitions for m in run.measurements if m.latency_ns]
    assert done
    assert min(done) < 90
    took_s = runs.wait_for(lambda: not runs.workers(tmp_path / "board"), 10, "the worker's end")
    saw = "stop: the orphan ended, its rounds are kept"
    witness("F07", on="OpenSSH", saw=saw, noticed_s=took_s)


def test_an_orphan_dies_by_its_deadline(tmp_path: Path) -> None:
    """Nobody comes back: the deadline of the JOB bounds the worker's life."""
    # the deadline is ten minutes at least in a run; the runner itself is asked here
    rig = Rig(tmp_path, native())
    slow = kernel("slow", "fp32", 512, variant="float_gemm_fp32__ref")
    done = rig.execute(rig.job("r1", [slow], samples=200, deadline_s=2))
    assert done.final("slow")["stop"] == "deadline"
    assert runs.workers(tmp_path) == []
    witness("F07", on="this machine", saw="the worker ended by its deadline, the item is TIMEOUT")


def moments(count: int, whole_s: float, seed: int) -> list[float]:
    """Return moments over the whole life of such a run: reaching, starting, measuring, closing."""
    chance = random.Random(seed)
    return [chance.uniform(0.05, 0.95) * whole_s for _ in range(count)]


def length_of_a_run(tmp_path: Path, server: Server) -> float:
    """Return how long a run lasts here that nobody breaks into."""
    tmp_path.mkdir()
    user = User(tmp_path)
    user.know(server, "b1", dir=str(tmp_path / "board"))
    runs.steady_suite(user, "b1")
    began = time.monotonic()
    assert user.harness("run", "suite.yaml", "--no-report").code == 0
    return time.monotonic() - began


def kill_and_resume(tmp_path: Path, server: Server, seconds: float) -> tuple[int, int, bool]:
    """Return lost and duplicated measurements, and whether there was anything to resume."""
    tmp_path.mkdir()
    user = User(tmp_path)
    user.know(server, "b1", dir=str(tmp_path / "board"))
    runs.steady_suite(user, "b1")
    kill_after(user, seconds)
    folders = list(list_folders(user.results))
    if not folders or read_run(folders[0]).closed:
        return 0, 0, False
    ended = user.harness("resume", "--no-report", "--wait", "60s")
    assert ended.code == 0, f"killed after {seconds:.2f} s: {ended.err}"
    assert "Traceback" not in ended.err
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert len(runs.spools(tmp_path / "board")) == 1, "measured again what was there"
    return runs.lost(run), runs.duplicates(run), True


@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_kill_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, openssh_server: Server, count: int
) -> None:
    whole_s = length_of_a_run(tmp_path / "whole", openssh_server)
    results = [
        kill_and_resume(tmp_path / str(number), openssh_server, seconds)
        for number, seconds in enumerate(moments(count, whole_s, seed=7))
    ]
    assert sum(lost for lost, _, _ in results) == 0
    assert sum(doubled for _, doubled, _ in results) == 0
    resumed = sum(was_open for _, _, was_open in results)
    assert resumed >= count // 3, "the moments were too early or too late"
    witness(
        "F07",
        on=f"OpenSSH, kill -9 at {count} random moments",
        saw=f"{resumed} runs were open and resumed: 0 measurements lost, 0 doubled",
    )
