"""x86 machines, named by their firmware's tables or by their CPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.families import base

if TYPE_CHECKING:
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
