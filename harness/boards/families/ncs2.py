"""A host with a Movidius stick (NCS2) plugged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.families import base, x86

if TYPE_CHECKING:
    from harness.boards.probe import Probe

# the stick tells nobody that it slows down; of the host it is said what there is
watched = base.any_counter
_MOVIDIUS = "03e7"


def matches(probe: Probe) -> bool:
    """Whether a USB device of the Movidius vendor is there."""
    return any(
        value.lower() == _MOVIDIUS and re.search(r"/idVendor$", path)
        for path, value in probe.files.items()
    )


def model(probe: Probe) -> str:
    """The host's model, with the stick said."""
    host = probe.model or x86.model(probe) or "host"
    return f"{host} + Movidius stick"


def notes(probe: Probe) -> tuple[str, ...]:  # noqa: ARG001 - the Protocol's signature
    """The stick has no sensor of its own."""
    return ("the stick has no power sensor: put a USB meter before it",)
