from __future__ import annotations

import pytest

from harness.boards import target
from harness.errors import ToolchainError
from harness.toolchain import targets


def test_the_four_targets_have_the_names_the_runner_says_hello_with() -> None:
    assert list(targets.TARGETS) == ["x86_64", "aarch64", "arm", "riscv64"]


def test_every_machine_that_boards_know_has_a_target() -> None:
    assert set(target.TARGETS.values()) == set(targets.TARGETS)


def test_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(ToolchainError, match="x86_64, aarch64, arm, riscv64"):
        targets.find("mips")
