"""`harness kernels` on this machine and over a real SSH server."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from tests.helpers.cli import User

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server


@pytest.fixture
def user(tmp_path: Path) -> User:
    """A person whose machine has a folder and a lease of its own."""
    person = User(tmp_path)
    person.write("boards.yaml", f"boards:\n  local: {{dir: {tmp_path / 'board'}}}\n")
    return person


def test_the_list_names_every_kernel_with_its_reference_first(user: User) -> None:
    ended = user.harness("kernels", "list")
    assert ended.code == 0, ended.err
    for line in ended.out.splitlines():
        kernel, _, variants = line.partition(": ")
        assert variants.split(", ")[0].endswith(f"_{kernel}__ref")


@pytest.mark.sshd
def test_a_board_over_ssh_checks_its_variants_and_is_left_clean(
    user: User, openssh_server: Server
) -> None:
    board = user.folder / "remote"
    user.know(openssh_server, "remote", dir=str(board))
    words = ("--budget", "0", "--only", "xnor_gemm_w1a1__")
    ended = user.harness("kernels", "check", "-b", "remote", *words)
    assert ended.code == 0, ended.err
    assert "OK   xnor_gemm_w1a1__ref" in ended.out
    assert "int8" not in ended.out
    assert ", 0 failed" in ended.out.splitlines()[-1]
    assert list((board / "harness" / "blobs").iterdir()) == []


def test_a_board_that_somebody_measures_on_is_not_checked(user: User) -> None:
    lease = user.folder / "board" / "harness.lock"
    lease.parent.mkdir()
    with lease.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = user.harness("kernels", "check", "--budget", "0")
    assert ended.code == 75, ended.err
    assert "leased by" in ended.err
    assert "Traceback" not in ended.err
