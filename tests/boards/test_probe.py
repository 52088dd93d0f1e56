"""The probe script for real (every shell at hand), and its parser against noise."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.probe import argv_of, parse_probe, probe
from harness.boards.script import SCRIPT
from harness.errors import BoardError, LinkError
from harness.records.board import BoardEntry
from harness.transport.base import Completed
from tests.boards.fixtures import ORIN, Here, plant

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = [
    shell
    for shell in (("sh",), ("dash",), ("bash", "--posix"), ("busybox", "sh"))
    if shutil.which(shell[0])
]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_fake_board_under_every_shell(tmp_path: Path, shell: tuple[str, ...]) -> None:
    entry = BoardEntry(name="b", root=str(plant(tmp_path, ORIN)), runtimes={"json": sys.executable})
    seen = probe(Here(*shell), entry)
    assert seen.model == "NVIDIA Orin Nano Developer Kit"
    assert seen.compatible == ("nvidia,p3768-0000+p3767-0005", "nvidia,tegra234")
    assert seen.serial == "1421020012345"
    assert {k: v for k, v in ORIN.items() if k.startswith("/sys")} == {
        k: v for k, v in seen.files.items() if k in ORIN
    }
    assert seen.runtimes["json"] == sys.executable
    assert seen.machine
    assert seen.os


def test_this_machine() -> None:
    seen = probe(Here(), BoardEntry(name="local"))
    assert seen.system == "Linux"
    assert "onnxruntime" in seen.runtimes  # the harness's own interpreter has it
    assert seen.memory_kib is not None
    assert seen.cpuinfo


def test_i2c_trees_without_a_class_folder(tmp_path: Path) -> None:
    nano = "/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/"
    files = {
        "/sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon4/name": "ina3221",
        f"{nano}rail_name_0": "POM_5V_IN",
        f"{nano}in_power0_input": "2100",
        f"{nano}in_power0_trigger_input": "0",
    }
    seen = probe(Here(), BoardEntry(name="b", root=f"{plant(tmp_path, files)}/"))
    assert dict(list(files.items())[:3]) == {k: v for k, v in seen.files.items() if k in files}


def test_runtimes_absent_in_words() -> None:
    entry = BoardEntry(
        name="b",
        host="x",
        runtimes={"onnxruntime": "/nonexistent/python3", "no_such": sys.executable, "kit": "/tmp"},
    )
    seen = probe(Here(), entry)
    assert "no such program" in seen.runtime_absent["onnxruntime"]
    assert "No module named 'no_such'" in seen.runtime_absent["no_such"]
    assert seen.runtimes == {"kit": "/tmp"}


def test_nothing_from_outside_is_part_of_the_script(tmp_path: Path) -> None:
    evil = f"$(touch {tmp_path}/pwn); touch {tmp_path}/pwn #'\""
    entry = BoardEntry(name="b", host="x", root=f"/{evil}", runtimes={"onnxruntime": f"/{evil}"})
    argv = argv_of(entry)
    assert argv[:4] == ["sh", "-c", SCRIPT, "sh"]
    probe(Here(), entry)
    assert not (tmp_path / "pwn").exists()


class Broken(Here):
    def __init__(self, status: int | None, stdout: bytes) -> None:
        super().__init__()
        self.answer = Completed(argv=(), status=status, stdout=stdout, stderr=b"\x1b[2Jnope")

    def run(self, *_: object, **__: object) -> Completed:
        return self.answer


def test_lost_link_and_no_shell() -> None:
    with pytest.raises(LinkError):
        probe(Broken(None, b""), BoardEntry(name="b"))
    with pytest.raises(BoardError, match="status 127"):
        probe(Broken(127, b""), BoardEntry(name="b"))
    with pytest.raises(BoardError) as caught:
        probe(Broken(0, b"== system\n|Linux\n"), BoardEntry(name="b"))
    assert "\x1b" not in str(caught.value)


@given(st.text(alphabet="=| \n\t:!/abc0\x00\x1b", max_size=200) | st.text(max_size=200))
def test_any_output_is_a_probe(text: str) -> None:
    seen = parse_probe(f"== system\n{text}\n== runtimes\n{text}", BoardEntry(name="b"))
    assert seen.machine.isprintable()
    assert all(value.isprintable() for value in seen.files.values())
