"""From a board's files through the probe's shell script to its sensors: what is probed suffices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.boards.probe import probe
from harness.power.discover import discover
from harness.records.board import BoardEntry
from tests.boards.fixtures import Here, plant
from tests.power.test_battery import supply
from tests.power.test_odroid import board
from tests.power.test_pmic import PI4, TEXT

if TYPE_CHECKING:
    from pathlib import Path

THOR = "/sys/class/hwmon/hwmon5/"
BOARDS = {
    "pi5": ({"/dev/vcio": TEXT}, ["pmic:sum"]),
    "pi4": ({"/dev/vcio": PI4}, []),
    "xu3": (board(), ["ina231:A15", "ina231:A7", "ina231:G3D", "ina231:MEM"]),
    "laptop": (supply("BAT0", current_now="-7", voltage_now="5"), ["battery:BAT0"]),
    "thor": (
        {f"{THOR}name": "ina238", f"{THOR}label": "VIN", f"{THOR}power1_input": "31000000"},
        ["ina238:VIN"],
    ),
}


@pytest.mark.parametrize("name", BOARDS)
def test_files_become_sensors(tmp_path: Path, name: str) -> None:
    files, expected = BOARDS[name]
    seen = probe(Here(), BoardEntry(name="b", root=str(plant(tmp_path, files))))
    sensors, absent = discover(seen)
    assert [sensor.id for sensor in sensors] == expected
    assert bool(absent) != bool(sensors)
    assert name != "pi4" or 'error=1 error_msg="Command not registered"' in absent
