"""ODROID XU+E and XU3: four INA231 by the maker's own driver, in watts with six decimals.

The chips measure only when told to, and that takes root: discovery says how, and writes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.power.rail import MAX_W, Found, Rail, denied, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEVICE = re.compile(r"((/.*/INA231)/[0-9]{1,3}-00(4[0145]))/(?:enable|sensor_W)")
_LABELS = {"40": "A15", "41": "MEM", "44": "G3D", "45": "A7"}
# The runner hands such a text on in millionths, and takes nothing else of this file.
_WATTS = re.compile(r"[0-9]{1,4}\.[0-9]{6}", re.ASCII)
_PERIOD_MS = 264  # the driver's own default, update_period says 263808 us
_LONGEST_MS = 60_000


def find(files: Mapping[str, str]) -> Found:
    """Return the four consumers that measure, or how to switch them on; pure."""
    matches = [match for path in sorted(files) if (match := _DEVICE.fullmatch(path))]
    devices = {match[1]: match for match in matches}
    rails: list[Rail] = []
    notes: dict[str, None] = {}
    for device, match in devices.items():
        path = f"{device}/sensor_W"
        if files.get(f"{device}/enable", "1") == "0":
            how = f"for f in {match[2]}/*/enable; do echo 1 > $f; done"
            notes[f"the INA231 of this ODROID are switched off; once a boot as root: {how}"] = None
        elif denied(files, path):
            notes[f"{path} may not be read by this user; as root: chmod a+r {path}"] = None
        elif _WATTS.fullmatch(files.get(path, "")) and float(files[path]) <= MAX_W:
            rails.append(_rail(files, device, _LABELS[match[3]]))
    looked = f"ODROID INA231 ({len(devices) or 'none'})"
    return Found(rails=tuple(rails), looked_at=looked, notes=tuple(notes))


def _rail(files: Mapping[str, str], device: str, label: str) -> Rail:
    period_ms = (number(files, f"{device}/update_period") or 0) // 1000
    sensor = SensorFile(
        id=sensor_id("ina231", label),
        kind="power",
        path=f"{device}/sensor_W",
        scale=1e-6,
        scope="rails",
        label=label,
        gain=0.02,
        period_ms=min(period_ms, _LONGEST_MS) if period_ms > 0 else _PERIOD_MS,
    )
    return Rail(sensor=sensor, chip="ina231")
