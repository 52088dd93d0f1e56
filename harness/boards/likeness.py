"""Is a board what it says it is? What its parts say of each other, against each other; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.boards.probe import Probe

_MACHINES = (
    ("x86", r"x86_64|amd64|i[3-6]86"),
    ("arm", r"arm.*|aarch64.*"),
    ("riscv", r"riscv.*"),
)
# lines that only this architecture's kernel writes into /proc/cpuinfo
_LINES = (("x86", r"vendor_id\s*:"), ("arm", r"CPU implementer\s*:"), ("riscv", r"hart\s*:"))
# makers of chips of one architecture only
_CHIPS = (
    ("arm", r"raspberrypi,|nvidia,tegra|rockchip,|amlogic,|qcom,|samsung,exynos|xlnx,zynqmp"),
    ("riscv", r"starfive,|sifive,|spacemit,|thead,"),
)
# what a board's CPU calls itself: "CPU part" of /proc/cpuinfo
_PARTS = {
    "raspberrypi,3-model-b": "0xd03",
    "raspberrypi,4-model-b": "0xd08",
    "raspberrypi,5-model-b": "0xd0b",
    "nvidia,tegra210": "0xd07",
    "nvidia,tegra194": "0x004",
    "nvidia,tegra234": "0xd42",
}


def contradiction(probe: Probe) -> str:
    """Say in words where a board contradicts itself, "" where it does not or tells too little.

    A program that was cross-emulated, a copied device tree, a container of another machine: times
    taken there are of a board nobody named.
    """
    machine = _first(_MACHINES, probe.machine, full=True)
    if not machine:
        return ""
    cpuinfo = _first(_LINES, probe.cpuinfo)
    if cpuinfo and cpuinfo != machine:
        return f"/proc/cpuinfo is of {cpuinfo}, machine is {probe.machine}"
    for word in probe.compatible:
        chip = _first(_CHIPS, word)
        if chip and chip != machine:
            return f"the device tree says {word}, machine is {probe.machine}"
    return _other_part(probe)


def _other_part(probe: Probe) -> str:
    parts = set(re.findall(r"^CPU part\s*:\s*(0x[0-9a-f]{3})$", probe.cpuinfo, re.MULTILINE))
    for word in probe.compatible:
        wanted = _PARTS.get(word)
        if wanted and parts and wanted not in parts:
            return f"the device tree says {word}, its CPU is part {', '.join(sorted(parts))}"
    return ""


def _first(table: tuple[tuple[str, str], ...], text: str, *, full: bool = False) -> str:
    for name, pattern in table:
        whole = re.fullmatch(pattern, text) if full else None
        if whole or (not full and re.search(rf"^(?:{pattern})", text, re.MULTILINE)):
            return name
    return ""
