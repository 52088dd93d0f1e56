"""What goes wrong ends in words and in the right exit code; everything finished before is kept."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults import runs
from tests.helpers.cli import BRIEF, User

if TYPE_CHECKING:
    from tests.helpers.sshd import Server

GEMM = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
LONG = """\
protocol: {repetitions_min: 30, repetitions_max: 30, samples: 50, sample_min_ms: 2.0,
  warmup_ms: 1.0, precision: 0.0001, budget_s: 120.0}
"""


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("suite: t\nboards: [local]\nmatrx:\n  - {}\n", "3:1", "matrix"),
        ("suite: t\nboards: 7\nmatrix: []\n", "2:9", ""),
        ("suite: t\nsuite: u\nboards: [local]\n", "2:1", "twice"),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "1:4", ""),
    ],
)
def test_a_wrong_suite_is_named_by_file_line_and_column(
    user: User, text: str, where: str, words: str
) -> None:
    user.write("suite.yaml", text)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert f"suite.yaml:{where}" in ended.err
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_a_suite_without_its_boards_says_what_to_add(user: User) -> None:
    ended = user.harness("run", "@jetson")
    assert ended.code == 2
    lines = ended.err.strip().splitlines()
    assert len(lines) == 2, ended.err
    assert "tag" in lines[0]
    assert "harness boards add" in lines[1]


def test_a_board_with_a_shell_metacharacter_is_refused(user: User) -> None:
    user.write("boards.yaml", 'boards:\n  "$(touch pwn)": {host: h}\n')
    user.suite("local", GEMM)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "boards.yaml:2:" in ended.err
    added = user.harness("boards", "add", "a;b", "x@h")
    assert added.code == 2
    assert not (user.folder / "pwn").exists()


@pytest.mark.slow
def test_a_host_that_does_not_answer_is_infra_and_the_others_go_on(user: User) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening: refused at once
        port = closed.getsockname()[1]
        user.write("boards.yaml", f"boards:\n  away: {{host: 127.0.0.1, port: {port}}}\n")
        user.suite("local, away", GEMM)
        ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 5, ended.err
    by_board = {r["board"]: r["status"] for r in user.rows()}
    assert by_board["away"] == "INFRA"
    assert by_board["local"] in {"OK", "SUSPECT"}


@pytest.mark.sshd
def test_a_wrong_host_key_is_refused(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "remote")
    known = user.config / "known_hosts"
    name = f"[{openssh_server.host}]:{openssh_server.port}"
    other = user.folder / "other"
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)]
    subprocess.run(argv, check=True)
    known.write_text(f"{name} {(user.folder / 'other.pub').read_text()}")
    user.suite("remote", GEMM)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 5
    assert "harness boards trust remote" in ended.err


@pytest.mark.sshd
def test_boards_add_shows_the_fingerprint_probes_and_writes(
    user: User, openssh_server: Server
) -> None:
    address = f"{openssh_server.user}@{openssh_server.host}:{openssh_server.port}"
    words = ("boards", "add", "box", address, "--identity", str(openssh_server.identity))
    refused = user.harness(*words)
    assert refused.code != 0  # nobody said yes
    assert not (user.folder / "boards.yaml").exists()
    added = user.harness(*words, "--tag", "arm", "--yes")
    assert added.code == 0, added.err
    assert "SHA256:" in added.err
    assert "cpu " in added.out
    assert "box" in user.harness("boards").out


def test_a_worker_killed_half_way_is_begun_again_once(user: User) -> None:
    user.suite("local", GEMM, LONG)
    process = user.start("run", "suite.yaml", "--no-report")
    _wait_for_rounds(process)
    runs.kill(_workers(user))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    assert "the worker on the board died" in err
    lost, whole = user.rows()
    assert (lost["status"], lost["attempt"]) == ("INFRA", 1), lost  # it is told, and not hidden
    assert whole["status"] in {"OK", "SUSPECT"}
    assert whole["attempt"] == 2
    assert whole["latency_ns"]["repetitions"] == 30  # none of the first attempt's


def test_ctrl_c_keeps_a_complete_less_precise_table(user: User) -> None:
    user.suite("local", GEMM, LONG)
    process = user.start("run", "suite.yaml", "--no-report")
    _wait_for_rounds(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    (row,) = user.rows()
    assert row["latency_ns"]["repetitions"] >= 1


def test_a_leased_board_is_named_with_its_holder(user: User, tmp_path: Path) -> None:
    user.suite("local", GEMM, LONG.replace("30", "300"))
    first = user.start("run", "suite.yaml", "--no-report")
    _wait_for_rounds(first)
    other = User(tmp_path / "other")
    other.folder.mkdir()
    other.suite("local", GEMM, BRIEF)
    second = other.harness("run", "suite.yaml", "--no-report")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=120)
    assert second.code == 75, second.err
    assert "leased" in second.err


def test_results_that_cannot_be_written_end_with_their_own_code(user: User) -> None:
    user.results.write_text("a file where the folder should be")
    user.suite("local", GEMM)
    assert user.harness("run", "suite.yaml").code == 74


def _wait_for_rounds(process: subprocess.Popen[str]) -> None:
    """Wait until the display names a first repetition, then let a few more rounds go by."""
    assert process.stderr is not None
    for line in process.stderr:
        if "#1" in line:
            time.sleep(1.5)
            return
    pytest.fail("the run did not begin to measure")


def _workers(user: User) -> list[int]:
    """Return the detached workers that this user's command started: leaders of own sessions."""
    mine = f"HARNESS_RESULTS={user.results}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            argv = (folder / "cmdline").read_bytes().split(b"\0")
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            stdin = (folder / "fd" / "0").readlink()
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_runner = argv[0].endswith(b"/runner") and mine in environment
        if is_runner and stat[3] == folder.name and str(stdin) == "/dev/null":
            found.append(int(folder.name))
    return found


def test_clean_leaves_nothing_of_ours_on_a_board(user: User) -> None:
    board = user.folder / "board"
    user.write("boards.yaml", f"boards:\n  local: {{dir: {board}}}\n")
    user.suite("local", GEMM)
    assert user.harness("run", "suite.yaml", "--no-report").code == 0
    assert list(board.glob("harness/runs/*"))
    cleaned = user.harness("boards", "--clean")
    assert cleaned.code == 0, cleaned.err
    assert "local: clean" in cleaned.out
    left = [path for path in board.rglob("*") if path.is_file() and path.name != "harness.lock"]
    assert left == []
