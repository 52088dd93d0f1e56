"""A program on the board itself as its meter: started over the link, read, and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.boards.inventory import load_inventory
from harness.errors import MeterError
from harness.power.meters.table import traits_of
from harness.records.board import BoardEntry
from harness.records.meter import MeterEntry
from harness.session.ready import make_ready
from harness.session.sensing import first_watts, open_any, traits_there
from harness.toolchain.find import runner
from harness.transport.registry import open_transport
from tests.boards.fixtures import plant

if TYPE_CHECKING:
    from pathlib import Path

    from harness.session.ready import Ready

TREE = {
    "/proc/device-tree/model": "NVIDIA Jetson Orin Nano Developer Kit\0",
    "/proc/device-tree/compatible": "nvidia,p3767-0005\0nvidia,tegra234\0",
}
SAYS = """\
#!/bin/sh
while sleep 0.05; do
  echo "RAM 1343/7620MB (lfb 4x4MB) CPU [0%@1497] GR3D_FREQ 0% VDD_IN 5251mW/5251mW"
done
"""


def reach(entry: BoardEntry) -> Ready:
    return make_ready(entry, open_transport, runner)


def meter_of(folder: Path, program: Path) -> MeterEntry:
    root = plant(folder / "root", TREE)
    entry = f"{{dir: {folder}/board, root: {root}, meter: {{tegrastats: {program}}}}}"
    (folder / "boards.yaml").write_text(f"boards:\n  orin: {entry}\n", encoding="utf-8")
    (meter,) = load_inventory(folder).entries["orin"].meters
    return meter


def test_its_watts_and_the_scope_that_the_table_of_rails_gives_them(tmp_path: Path) -> None:
    program = tmp_path / "tegrastats"
    program.write_text(SAYS, encoding="ascii")
    program.chmod(0o755)
    meter = meter_of(tmp_path, program)
    assert first_watts(meter, reach) == 5.251
    sensing = open_any(meter, reach)
    sensing.close()
    assert (sensing.traits.scope, sensing.ready) == ("module", None)


def test_a_sensor_of_another_board_has_a_gain_of_its_own(tmp_path: Path) -> None:
    root = plant(
        tmp_path / "root",
        {
            "/sys/class/hwmon/hwmon0/name": "ina3221",
            "/sys/class/hwmon/hwmon0/in1_label": "VIN",
            "/sys/class/hwmon/hwmon0/in1_input": "5000",
            "/sys/class/hwmon/hwmon0/curr1_input": "1500",
            "/sys/class/hwmon/hwmon0/shunt1_resistor": "2000",
        },
    )
    other = BoardEntry(name="pi", dir=str(tmp_path / "pi"), root=str(root))
    meter = MeterEntry(kind="board", target="pi", hwmon="VIN", at=other)
    found, usual = traits_there(meter, reach), traits_of(meter)
    assert found.quantum_w > usual.quantum_w  # a coarser chip than the usual one
    assert traits_there(MeterEntry(kind="shelly", target="http://a"), reach).scope == "wall"


def test_where_it_is_not_is_said(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match=r"has ended|printed nothing"):
        first_watts(meter_of(tmp_path, tmp_path / "absent"), reach)
