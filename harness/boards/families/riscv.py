"""RISC-V boards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.families import base

if TYPE_CHECKING:
    from harness.boards.probe import Probe

model = base.device_tree_model
notes = base.no_notes
# none is known to count its throttling, and most have one frequency only
watched = base.any_counter


def matches(probe: Probe) -> bool:
    """Whether the kernel is a RISC-V kernel."""
    return probe.machine.startswith("riscv")
