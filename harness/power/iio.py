"""Jetson rails under NVIDIA's older kernels (R28, R32): the ina3221x driver of the IIO class.

Its values are running means over about 0.4 s, so readings are taken at half the usual rate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.power.rail import MAX_W, Found, Rail, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Mapping

# Exactly these: in_power*_trigger_input answers 0 whatever flows.
_POWER = re.compile(r"(/.*/ina3221x/[^/]+/iio:device[0-9]+)/in_power([0-2])_input")
_QUANTUM_W = 0.04  # 5 V over 5 mOhm, 19 V over 20 mOhm: both come to this
_PERIOD_MS = 200
_AVERAGING_MS = 422  # 64 conversions of 2.2 ms on three channels; a device tree may say otherwise


def find(files: Mapping[str, str]) -> Found:
    """Return the rails of all channels that answer; pure."""
    rails: list[Rail] = []
    for path in sorted(files):
        match = _POWER.fullmatch(path)
        value = number(files, path)
        if not match or value is None or abs(value) * 1e-3 > MAX_W:
            continue
        device, channel = match.groups()
        label = files.get(f"{device}/rail_name_{channel}", f"channel{channel}")
        millivolts = number(files, f"{device}/in_voltage{channel}_input")
        if label == "NC":
            continue
        sensor = SensorFile(
            id=sensor_id("ina3221x", label),
            kind="power",
            path=path,
            scale=1e-3,
            scope="rails",
            label=label,
            quantum_w=_QUANTUM_W,
            gain=0.02,
            period_ms=_PERIOD_MS,
            averaging_ms=_AVERAGING_MS,
        )
        volts = None if millivolts is None else millivolts / 1e3
        rails.append(Rail(sensor=sensor, chip="ina3221x", volts=volts))
    return Found(rails=tuple(rails), looked_at=f"i2c ina3221x ({len(rails) or 'none'})")
