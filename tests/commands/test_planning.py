"""What the command line believes this version can measure is what the rooms really hold."""

from __future__ import annotations

import re
from pathlib import Path

from harness.commands.planning import catalogue
from harness.runtimes.native import KERNELS

REGISTRY = Path(__file__).parents[2] / "kernels" / "include" / "kernels.def"


def test_the_kernels_of_the_plan_are_those_of_the_registry() -> None:
    text = REGISTRY.read_text(encoding="utf-8")
    lines = re.findall(r"^ *KERNEL\((\w+), (\w+), (\w+), (\w+)\)", text, re.MULTILINE)
    assert lines
    held = {(op, scheme) for _, op, scheme, _ in lines}
    assert held == {(op, scheme) for op, schemes in KERNELS.items() for scheme in schemes}


def test_every_network_has_a_runtime_for_each_scheme() -> None:
    for info in catalogue().networks.values():
        assert all(info.runtimes.values())
