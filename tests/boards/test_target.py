"""Machines to targets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.boards.target import target_of, target_of_machine
from harness.errors import BoardError
from tests.boards.fixtures import probed


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("x86_64", "x86_64"),
        ("aarch64", "aarch64"),
        ("armv6l", "arm"),
        ("armv7l", "arm"),
        ("armv8l", "arm"),
        ("riscv64", "riscv64"),
    ],
)
def test_known(machine: str, target: str) -> None:
    assert target_of(probed(machine)) == target


@pytest.mark.parametrize("machine", ["", "i686", "mips64", "aarch64_be", "riscv32", "armv5tel"])
def test_unknown(machine: str) -> None:
    with pytest.raises(BoardError, match="known machines: x86_64"):
        target_of_machine(machine)


def test_other_systems() -> None:
    with pytest.raises(BoardError, match="Darwin"):
        target_of(replace(probed("x86_64"), system="Darwin"))
