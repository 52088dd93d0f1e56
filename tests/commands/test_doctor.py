"""`harness doctor` and `harness boards capture` for real: here, over SSH, on an emulated board."""

from __future__ import annotations

import fcntl
import getpass
import json
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from harness.transport.replay import read_recording
from tests.boards.test_capture import ask_again
from tests.helpers.cli import User

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.sshd import Server
    from tests.helpers.virtual import VirtualBoard


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_this_machine(user: User) -> None:
    ended = user.harness("doctor", "local")
    # whether this machine is busy is not for this test to say
    assert ended.code in (0, 1), ended.err
    assert (ended.code == 1) == ("  problem " in ended.out)
    for topic in ("runner", "lease", "kernels", "timer", "memory"):
        assert f" {topic}: " in ended.out
    assert any(" gemm by " in line and " fp32" in line for line in ended.out.splitlines())
    assert "runtimes: native, onnxruntime" in ended.out


def test_an_unknown_board_is_a_usage_error(user: User) -> None:
    assert user.harness("doctor", "nobody").code == 2


@pytest.mark.sshd
def test_boards_side_by_side_and_one_that_is_away(
    user: User, openssh_server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "board"
    folder.mkdir()
    lease = folder / "harness.lock"
    lease.write_text("99999999999 alice@laptop\nrun\n1\n")
    runtimes = {"onnxruntime": sys.executable}
    user.know(openssh_server, "remote", dir=str(folder), runtimes=runtimes)
    with lease.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ended = user.harness("doctor")
    assert ended.code in (0, 1), ended.err
    assert ended.out.index("local  ") < ended.out.index("remote  ")
    assert "held by alice@laptop" in ended.out
    inventory = user.folder / "boards.yaml"
    text = inventory.read_text()
    inventory.write_text(f"{text}  away: {{host: 127.0.0.1, port: 1}}\n")
    ended = user.harness("doctor")
    assert ended.code == 5
    assert "problem  reach: the connection was refused" in ended.out
    assert "remote  " in ended.out


@pytest.mark.sshd
def test_a_board_where_nothing_runs_still_tells_the_rest(
    user: User, openssh_server: Server
) -> None:
    user.know(openssh_server, "full", dir="/proc")
    ended = user.harness("doctor", "full")
    assert ended.code == 1
    assert "problem  runner: the runner cannot be started in any directory" in ended.out
    assert "fix: set `dir:`" in ended.out
    assert " memory: " in ended.out


@pytest.mark.sshd
def test_a_capture_over_ssh_gives_nobody_away(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "my-secret-board", runtimes={"onnxruntime": sys.executable})
    ended = user.harness("boards", "capture", "my-secret-board", "-o", "board.tar.gz")
    assert ended.code == 0, ended.err
    with tarfile.open(user.folder / "board.tar.gz") as archive:
        archive.extractall(user.folder, filter="data")
    folder = next(user.folder.glob("*/capture.json")).parent
    board = ask_again(folder)
    assert board is not None
    assert "onnxruntime" in board.runtimes
    text = (folder / "capture.json").read_text()
    for answer in read_recording(folder):
        text += f"{answer.argv} {answer.stdout!r} {answer.stderr!r}"
    words = ["my-secret-board", openssh_server.host, str(user.folder)]
    words += [f"/{getpass.getuser()}/"]
    assert not [word for word in words if word in text]
    assert set(json.loads((folder / "capture.json").read_text())["runtimes"]) == {"onnxruntime"}


@pytest.mark.sshd
def test_a_board_where_nothing_runs_can_be_captured(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "full", dir="/proc")
    ended = user.harness("boards", "capture", "full", "-o", "board.tar.gz")
    assert ended.code == 0, ended.err
    assert "without the runner's hello" in ended.err
    with tarfile.open(user.folder / "board.tar.gz") as archive:
        archive.extractall(user.folder, filter="data")
    assert ask_again(next(user.folder.glob("*/capture.json")).parent) is None


@pytest.mark.qemu
def test_an_emulated_board(user: User, virtual_board: Callable[[str], VirtualBoard]) -> None:
    user.know(virtual_board("arm64").server, "orin")
    ended = user.harness("doctor", "orin")
    assert ended.code in (0, 1), ended.err
    assert "runner: aarch64, runs in" in ended.out
    assert "sensors: ina3221:VDD_IN (module)" in ended.out
    assert "note     emulated: " in ended.out
    assert "governor: schedutil" in ended.out
    assert "heat: cpu-thermal 45 C, limit 104 C" in ended.out
