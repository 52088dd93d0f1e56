"""The power chip of a Raspberry Pi 5: volts and amperes of its outputs, asked of the firmware.

The probe asks `vcgencmd pmic_read_adc` once; the runner asks the same by the firmware's mailbox,
without a program, and hands on the sum in microwatts. USB, HATs and the fan are not in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.power.rail import MAX_W, Found, Rail, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Mapping

DEVICE = "/dev/vcio"
_ANSWER = re.compile(rf".*?{DEVICE}/([^/]+)", re.DOTALL)
# The numbers in brackets differ between a rail's current and its volts: names alone make pairs.
_VALUE = re.compile(r"(current|volt)\([0-9]{1,3}\)=([0-9]{1,3}\.[0-9]{1,12})([AV])", re.ASCII)
_KINDS = {("current", "A"): "_A", ("volt", "V"): "_V"}
_GAIN = 0.10
_PERIOD_MS = 200
_PARTLY = "without amperes and volts that can be read, so that a sum would be too small"


def parse(text: str) -> tuple[dict[str, float], str]:
    """Return name -> watts of the rails that have volts and amperes, or {} and why not.

    A failure comes as text with exit status 0. EXT5V and BATT have volts only and are left out.
    """
    lines = [[*line.split(None, 1), ""] for line in text.splitlines() if line.strip()]
    return _pairs({words[0]: words[1].strip() for words in lines})


def find(files: Mapping[str, str]) -> Found:
    """Return one sensor for the sum of all rails; pure."""
    if DEVICE not in files:
        return Found(looked_at="Raspberry Pi PMIC (none)")
    looked = "Raspberry Pi PMIC (no answer)"
    if files[DEVICE].startswith("!"):
        fix = f"{DEVICE} may not be read by this user; as root: usermod -aG video USER"
        return Found(looked_at=looked, notes=(f"{fix}, then log in again",))
    answer = {m[1]: value for path, value in files.items() if (m := _ANSWER.fullmatch(path))}
    if not answer:
        how = "install vcgencmd (package raspi-utils) so that its rails can be told"
        return Found(looked_at=looked, notes=(f"{DEVICE} is there, but no vcgencmd: {how}",))
    rails, why = _pairs(answer)
    if why:
        return Found(looked_at=looked, notes=(f"vcgencmd pmic_read_adc: {why}",))
    sensor = SensorFile(
        id=sensor_id("pmic", "sum"),
        kind="pmic",
        path=DEVICE,
        scale=1e-6,
        scope="rails",
        label="PMIC",
        gain=_GAIN,
        period_ms=_PERIOD_MS,
    )
    looked = f"Raspberry Pi PMIC ({len(rails)} rails)"
    return Found(rails=(Rail(sensor=sensor, chip="pmic"),), looked_at=looked)


def _pairs(answer: Mapping[str, str]) -> tuple[dict[str, float], str]:
    values: dict[str, float] = {}
    for name, text in answer.items():
        match = _VALUE.fullmatch(text)
        if match and _KINDS.get((match[1], match[3])) == name[-2:]:
            values[name] = float(match[2])
    rails = [name[:-2] for name in answer if len(name) > 2 and name.endswith("_A")]
    if not rails:
        words = " ".join(f"{name} {text}" for name, text in answer.items())[:120]
        return {}, f"no currents in the answer: {words or 'empty'}"
    broken = [rail for rail in rails if not {f"{rail}_A", f"{rail}_V"} <= values.keys()]
    if broken:
        return {}, f"{', '.join(broken)[:120]} {_PARTLY}"
    watts = {rail: values[f"{rail}_A"] * values[f"{rail}_V"] for rail in rails}
    if sum(watts.values()) > MAX_W:
        return {}, f"{sum(watts.values()):.0f} W are not those of a board"
    return watts, ""
