"""x86 machines, named by their firmware's tables or by their CPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.counters import CORE_AND_PACKAGE, counters
from harness.boards.families import base
from harness.records.board import WatchFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.probe import Probe

notes = base.no_notes
# What firmware says where nobody filled the field in.
_EMPTY = re.compile(
    r"to be filled|default string|system (product|manufacturer)|^!|^$", re.IGNORECASE
)


def matches(probe: Probe) -> bool:
    """Whether the machine is a PC."""
    return re.fullmatch(r"x86_64|amd64|i[3-6]86", probe.machine) is not None


def model(probe: Probe) -> str:
    """Vendor and product, else the CPU's model name."""
    fields = [
        probe.files.get(f"/sys/class/dmi/id/{name}", "") for name in ("sys_vendor", "product_name")
    ]
    product = " ".join(field for field in fields if not _EMPTY.search(field))
    cpu = re.search(r"^model name\s*:\s*(.+)$", probe.cpuinfo, re.MULTILINE)
    return product or (cpu.group(1).strip() if cpu else "")


def watched(probe: Probe) -> Mapping[str, WatchFile]:
    """Thermal interrupts of the first core's package, and of the core that the work runs on."""
    found = counters(probe.files, CORE_AND_PACKAGE)
    if "throttle_core_throttle_count" in found:
        path = "/sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count"
        found["throttle_core_of_the_work"] = WatchFile(path=path)
    return found
