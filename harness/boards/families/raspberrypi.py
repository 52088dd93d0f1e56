"""Raspberry Pi boards of all generations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.counters import PI_BITS, UNDERVOLTAGE, counters
from harness.boards.families import base
from harness.records.board import WatchFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.probe import Probe

model = base.device_tree_model
_PMIC = {"raspberrypi,5-model-b", "raspberrypi,5-compute-module", "raspberrypi,500"}


def matches(probe: Probe) -> bool:
    """Whether the device tree names a Raspberry Pi."""
    return any(word.startswith("raspberrypi,") for word in probe.compatible) or (
        probe.model.startswith("Raspberry Pi")
    )


def notes(probe: Probe) -> tuple[str, ...]:
    """Say where the watts of a Pi are, and why they are not here."""
    if _PMIC & set(probe.compatible) or "Raspberry Pi 5" in probe.model:
        return ("the watts of a Pi 5 come from its power chip, by /dev/vcio (group video)",)
    return ("Raspberry Pi before the 5 measures no current: use an external meter",)


def watched(probe: Probe) -> Mapping[str, WatchFile]:
    """What `vcgencmd get_throttled` says, from the firmware driver's file; and undervoltage."""
    found = counters(probe.files, UNDERVOLTAGE)
    bits = next((p for p in sorted(probe.files) if p.endswith("firmware/get_throttled")), "")
    if bits and not probe.files[bits].startswith("!"):
        found[PI_BITS] = WatchFile(path=bits)
    return found
