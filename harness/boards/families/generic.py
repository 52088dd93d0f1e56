"""Any other Linux machine: nothing is known, nothing is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.families import base

if TYPE_CHECKING:
    from harness.boards.probe import Probe

model = base.device_tree_model
notes = base.no_notes
watched = base.any_counter


def matches(probe: Probe) -> bool:  # noqa: ARG001 - the Protocol's signature
    """Every board."""
    return True
