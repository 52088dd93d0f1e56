"""Arm boards that have no family of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.families import base

if TYPE_CHECKING:
    from harness.boards.probe import Probe

model = base.device_tree_model
notes = base.no_notes
# no counter is common to them: heat shows in cooling devices and in the measured clock
watched = base.any_counter


def matches(probe: Probe) -> bool:
    """Whether the kernel is an Arm kernel, of 32 or 64 bits."""
    return probe.machine.startswith(("arm", "aarch64"))
