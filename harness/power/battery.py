"""Batteries of the power_supply class: the watts of the whole machine while nothing charges it.

Supplies of any other type are skipped: what USB-C says was negotiated, not measured. Batteries of
mice and headsets (scope Device) are not the board's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.power.rail import MAX_W, Found, Rail, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPE = re.compile(r"(/.*/power_supply/([^/]+))/type")
_GAIN = 0.05  # a fuel gauge's shunt; nobody has looked at it
_PERIOD_MS = 1000  # gauges renew their values every 1 to 30 s


def find(files: Mapping[str, str]) -> Found:
    """Return the batteries that discharge; pure."""
    rails: list[Rail] = []
    notes: list[str] = []
    supplies = [match for path in sorted(files) if (match := _TYPE.fullmatch(path))]
    for device, name in (match.groups() for match in supplies):
        battery = files.get(f"{device}/type") == "Battery" and not name.startswith("ucsi-source")
        if not battery or files.get(f"{device}/scope") == "Device":
            continue
        status = files.get(f"{device}/status", "of unknown state")
        sensor = _sensor(files, device, name) if status == "Discharging" else None
        if sensor:
            rails.append(Rail(sensor=sensor, chip="battery"))
        elif status == "Discharging":
            notes.append(f"battery {name} gives no power and no current that can be read")
        else:
            notes.append(
                f"battery {name} is {status[:40]}: unplug the charger, its watts count only while"
                " it discharges"
            )
    names = ", ".join(match[2] for match in supplies) or "none"
    return Found(rails=tuple(rails), looked_at=f"power_supply ({names})", notes=tuple(notes))


def _sensor(files: Mapping[str, str], device: str, name: str) -> SensorFile | None:
    power = number(files, f"{device}/power_now")
    microvolts = number(files, f"{device}/voltage_now")
    microamperes = number(files, f"{device}/current_now")
    if power:
        kind, path, path2, raw, scale = "power", "power_now", "", power, 1e-6
    elif microvolts and microamperes and microvolts > 0:
        kind, path, path2 = "product", "voltage_now", "current_now"
        raw, scale = microvolts * microamperes, 1e-12
    else:
        return None
    if abs(raw * scale) > MAX_W:
        return None
    return SensorFile(
        id=sensor_id("battery", name),
        kind=kind,
        path=f"{device}/{path}",
        path2=f"{device}/{path2}" if path2 else "",
        # some gauges count what leaves the battery as negative
        scale=scale if raw > 0 else -scale,
        scope="board",
        label=name,
        gain=_GAIN,
        period_ms=_PERIOD_MS,
    )
