"""The same road to three other architectures, each a real foreign system behind a real dropbear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.transport.registry import open_transport
from tests.helpers.virtual import ARCHES, MACHINES, VirtualBoard, qemu

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.qemu


@pytest.mark.parametrize("arch", ARCHES)
def test_a_board_of_another_architecture(
    arch: str, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    server = virtual_board(arch).server
    transport = open_transport(server.entry(), server.settings())
    assert transport.run(["uname", "-m"]).stdout.decode().strip() == MACHINES[arch]
    transport.put(b'#!/bin/sh\necho "$0 on $(uname -m)"\n', "/tmp/tool", mode=0o755)
    assert transport.run(["/tmp/tool"]).stdout.decode() == f"/tmp/tool on {MACHINES[arch]}\n"
    data = bytes(range(256)) * 4096
    transport.put(data, "/tmp/data")
    assert transport.run(["cat", "/tmp/data"]).stdout == data
    transport.close()


def test_a_jetson_shows_its_sensors(virtual_board: Callable[[str], VirtualBoard]) -> None:
    board = virtual_board("arm64")
    transport = open_transport(board.server.entry(), board.server.settings())
    rail = "/sys/class/hwmon/hwmon3"
    assert transport.run(["cat", f"{rail}/in1_label"]).stdout == b"VDD_IN\n"
    board.write("/sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/curr1_input", "1234\n")
    assert transport.run(["cat", f"{rail}/curr1_input"]).stdout == b"1234\n"
    transport.close()


def test_pulled_cable_and_hang_are_lost_links() -> None:
    with VirtualBoard("riscv64") as board:
        settings = board.server.settings(ping_interval_s=0.5, ping_timeout_s=1.5)
        for fail, mend in ((board.unplug, board.plug), (board.freeze, board.thaw)):
            transport = open_transport(board.server.entry(), settings)
            lines = transport.stream(["sh", "-c", "echo one; sleep 60"]).lines()
            next(lines)
            fail()
            with pytest.raises(LinkError):
                list(lines)
            mend()
            transport.close()
            again = open_transport(board.server.entry(), settings)
            assert again.run(["echo", "ok"]).stdout == b"ok\n"
            again.close()


def test_the_emulator_is_new_enough_for_risc_v_vectors() -> None:
    assert qemu("riscv64").name == "qemu-riscv64"
    assert qemu("arm64") == qemu("aarch64")
