from __future__ import annotations

from dataclasses import replace

import pytest

from harness.boards.units import UNITS, idle_units
from tests.boards.fixtures import CORPUS, probed
from tests.helpers.sessions import hello

FLAGS = "processor : 0\nflags : fpu avx512_fp16 amx_int8 amx_bf16"


def test_what_the_processor_has_and_no_kernel_uses_is_named() -> None:
    board = probed("x86_64", cpuinfo=FLAGS)
    assert idle_units(board, hello()) == ("AMX int8", "AMX bf16", "AVX-512 fp16")
    used = replace(hello(), features=("amxint8",))
    assert idle_units(board, used) == ("AMX bf16", "AVX-512 fp16")


def test_part_of_a_word_is_no_unit() -> None:
    assert idle_units(probed(cpuinfo="Features : fp svex"), hello()) == ()
    assert idle_units(probed(cpuinfo="Features : fp sve"), hello()) == ("SVE",)


def test_a_stick_is_seen_by_its_vendor() -> None:
    board = probed("x86_64", files="/sys/bus/usb/devices/1-2/idVendor:03e7")
    assert idle_units(board, hello()) == ("Movidius stick",)


def test_every_unit_can_be_seen() -> None:
    assert all(unit.word or unit.compatible or unit.usb_vendor for unit in UNITS)
    assert len({unit.name for unit in UNITS}) == len(UNITS)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("agx_xavier", ("DLA", "GPU")),
        ("jetson_orin_nano", ("DLA", "GPU")),
        ("rock_5b_rk3588", ("NPU",)),
        ("bananapi_f3_k1_x_deb1", ("IME (int8 matrix instructions)",)),
        ("raspberry_pi_5_rev1_1", ()),
        ("visionfive_2_v1_3b", ()),
    ],
)
def test_captured_boards(name: str, units: tuple[str, ...]) -> None:
    names = (CORPUS / "dt_compatible" / f"{name}.txt").read_text().strip()
    assert idle_units(probed(compatible=names), hello()) == units
