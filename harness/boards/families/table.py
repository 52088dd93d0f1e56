"""All families; the first that matches wins, so the particular stand before the general."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.families import arm, generic, jetson, ncs2, raspberrypi, riscv, x86

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.families.base import BoardFamily
    from harness.boards.probe import Probe

FAMILIES: Mapping[str, BoardFamily] = {
    "jetson": jetson,
    "ncs2": ncs2,
    "raspberrypi": raspberrypi,
    "riscv": riscv,
    "arm": arm,
    "x86": x86,
    "generic": generic,
}


def family_of(probe: Probe) -> tuple[str, BoardFamily]:
    """Return name and module of the first family that matches."""
    return next((name, family) for name, family in FAMILIES.items() if family.matches(probe))
