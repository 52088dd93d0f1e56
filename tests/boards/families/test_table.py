"""Folder and table hold the same families; captured boards fall into the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.boards.families import table
from harness.boards.families.table import FAMILIES, family_of
from tests.boards.fixtures import CORPUS, probed


def test_folder_and_table_agree() -> None:
    folder = {path.stem for path in Path(table.__file__).parent.glob("*.py")}
    assert folder - {"__init__", "base", "table"} == set(FAMILIES)
    assert list(FAMILIES)[-1] == "generic"


@pytest.mark.parametrize(
    ("machine", "keys", "family", "model"),
    [
        (
            "aarch64",
            {"model": "NVIDIA Jetson Nano Developer Kit"},
            "jetson",
            "NVIDIA Jetson Nano Developer Kit",
        ),
        (
            "armv7l",
            {"model": "Raspberry Pi 3 Model B", "compatible": "brcm,bcm2837"},
            "raspberrypi",
            "Raspberry Pi 3 Model B",
        ),
        ("riscv64", {"compatible": "starfive,jh7110"}, "riscv", "starfive,jh7110"),
        ("aarch64", {}, "arm", ""),
        ("x86_64", {"cpuinfo": "model name\t: A CPU"}, "x86", "A CPU"),
        (
            "x86_64",
            {"files": "/sys/class/dmi/id/sys_vendor:Intel\n/sys/class/dmi/id/product_name:NUC"},
            "x86",
            "Intel NUC",
        ),
        (
            "x86_64",
            {"files": "/sys/bus/usb/devices/1-2/idVendor:03e7"},
            "ncs2",
            "host + Movidius stick",
        ),
        ("s390x", {}, "generic", ""),
    ],
)
def test_families(machine: str, keys: dict[str, str], family: str, model: str) -> None:
    seen = probed(machine, **keys)
    name, module = family_of(seen)
    assert (name, module.model(seen)) == (family, model)
    assert all(isinstance(note, str) for note in module.notes(seen))


CAPTURED = {
    "agx_xavier": "jetson",
    "jetson_orin_nano": "jetson",
    "raspberry_pi_3b": "raspberrypi",
    "raspberry_pi_5_rev1_1": "raspberrypi",
    "rock_5b_rk3588": "arm",
    "odroid_xu4_armv7l": "arm",
    "visionfive_2_v1_3b": "riscv",
    "bananapi_f3_k1_x_deb1": "riscv",
    "milk_v_duos_sg2000": "riscv",
}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
@pytest.mark.parametrize("name", CAPTURED)
def test_captured_device_trees(name: str) -> None:
    text = (CORPUS / "dt_compatible" / f"{name}.txt").read_text()
    machine = "riscv64" if CAPTURED[name] == "riscv" else "aarch64"
    assert family_of(probed(machine, compatible=text.strip()))[0] == CAPTURED[name]
