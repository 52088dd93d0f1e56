"""The machine word of a board to the target its runner is built for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import UnknownTargetError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.probe import Probe

# A kernel of 64 bits runs our static 64-bit runner whatever userland lies above it.
TARGETS: Mapping[str, str] = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "aarch64",
    "arm64": "aarch64",
    "armv6l": "arm",
    "armv7l": "arm",
    "armv8l": "arm",  # a 32-bit personality on a 64-bit kernel
    "riscv64": "riscv64",
}


def target_of(probe: Probe) -> str:
    """Return the target of a probed board; raises UnknownTargetError that names what is known."""
    if probe.system not in {"", "Linux"}:
        raise UnknownTargetError(
            f"the board runs {probe.system}, our runners are for Linux",
            where=probe.name,
            do="measure a Linux board instead; this one can still be the controller",
        )
    return target_of_machine(probe.machine, where=probe.name)


def target_of_machine(machine: str, *, where: str = "") -> str:
    """Return the target for `uname -m`; raises UnknownTargetError that names what is known."""
    target = TARGETS.get(machine)
    if target is None:
        raise UnknownTargetError(
            f"no runner for machine {machine!r}",
            where=where,
            do=f"known machines: {', '.join(TARGETS)}",
        )
    return target
