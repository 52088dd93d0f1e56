"""RAPL energy counters of x86 packages, from the powercap class.

Core and uncore lie inside the package and the mmio zones repeat it: neither is taken. psys is the
whole board on machines whose maker wired it and a constant elsewhere; one look cannot tell, so it
is offered by name and is in no total. Names decide: the numbers of zones mean nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.power.rail import Found, Rail, denied, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZONE = re.compile(r"(/.*/powercap/intel-rapl:[0-9a-f]+(?::[0-9a-f]+)?)/energy_uj")
_TAKEN = re.compile(r"package-[0-9]+(?:-die-[0-9]+)?|dram|psys")
_GAIN = 0.05  # a model in the CPU, not a shunt
FIX = (
    "RAPL counters may be read by root only (they can leak secrets of other users); once a boot as"
    " root: chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj, or a udev rule that does the same"
)


def find(files: Mapping[str, str]) -> Found:
    """Return the counters of all packages, their memory and psys; pure."""
    rails: list[Rail] = []
    notes: list[str] = []
    zones = [match.group(1) for path in sorted(files) if (match := _ZONE.fullmatch(path))]
    for zone in zones:
        name = files.get(f"{zone}/name", "")
        path = f"{zone}/energy_uj"
        if not _TAKEN.fullmatch(name):
            continue
        if denied(files, path):
            notes.append(FIX)
        elif (number(files, path) or 0) > 0:
            rails.append(_rail(files, zone, name))
    looked = f"powercap ({len(zones)} zones)" if zones else "powercap (none)"
    return Found(rails=tuple(rails), looked_at=looked, notes=tuple(dict.fromkeys(notes)))


def _rail(files: Mapping[str, str], zone: str, name: str) -> Rail:
    number_of = zone.rpartition("intel-rapl:")[2]
    # every package calls its memory just "dram"
    label = f"{name}-{number_of.partition(':')[0]}" if name == "dram" else name
    sensor = SensorFile(
        id=sensor_id("rapl", label),
        kind="energy",
        path=f"{zone}/energy_uj",
        scale=1e-6,
        scope="board" if name == "psys" else "rails",
        label=label,
        wrap_raw=max(0, number(files, f"{zone}/max_energy_range_uj") or 0),
        gain=_GAIN,
    )
    return Rail(sensor=sensor, chip="rapl")
