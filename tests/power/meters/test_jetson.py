"""tegrastats as a meter: lines of every kind to watts of the board's total, or to words."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeterError, MeterGoneError
from harness.power.meters.jetson import Tegrastats, argv, open_meter, traits
from harness.records.meter import MeterEntry
from tests.power.meters.told import Told

ORIN_NANO = "NVIDIA Jetson Orin Nano nvidia,p3767-0005 nvidia,tegra234"
AGX_ORIN = "NVIDIA Jetson AGX Orin nvidia,p3701-0005 nvidia,tegra234"
ENTRY = MeterEntry(kind="tegrastats", target="/usr/bin/tegrastats")


def line(rails: str) -> bytes:
    return f"RAM 1343/7620MB (lfb 4x4MB) CPU [0%@1497,off] GR3D_FREQ 0% {rails}\n".encode()


def opened(board: str, *lines: bytes) -> tuple[Tegrastats, list[str]]:
    ends: list[str] = []
    return Tegrastats(Told(*lines), board, where="t", close=lambda: ends.append("closed")), ends


def test_the_total_of_the_board_in_watts_and_its_scope() -> None:
    rails = "VDD_IN {}mW/8535mW VDD_CPU_GPU_CV 512mW/1944mW VDD_SOC 2720mW/3659mW"
    meter, ends = opened(ORIN_NANO, *(line(rails.format(mw)) for mw in (5000, 5251, 7100)))
    assert meter.scope == "module"
    read = [meter.read(), meter.read()]
    assert [one.watts for one in read if one] == [5.251, 7.1]
    with pytest.raises(MeterGoneError):
        meter.read()
    meter.close()
    assert ends == ["closed"]


def test_rails_that_only_together_are_the_board() -> None:
    rails = "VDD_GPU_SOC 4000mW/1mW VDD_CPU_CV 1000mW/1mW VIN_SYS_5V0 3000mW/1mW"
    meter, _ = opened(AGX_ORIN, line(rails + " VDDQ_VDD2_1V8AO 500mW/1mW"), line(rails))
    read = meter.read()
    assert read is not None
    assert read.watts == 8.0


@pytest.mark.parametrize(
    ("board", "first", "words"),
    [
        (ORIN_NANO, b"bash: tegrastats: not found\n", "not a line of tegrastats"),
        (ORIN_NANO, line("VDD_SOC 2720mW/3659mW"), "no total of this board among its rails"),
        (ORIN_NANO, line(""), "no total of this board among its rails"),
    ],
)
def test_what_is_no_total_is_refused_in_words(board: str, first: bytes, words: str) -> None:
    with pytest.raises(MeterError, match=words):
        opened(board, first)


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_whatever_comes_after_the_first_is_a_reading_or_a_complaint(lines: list[bytes]) -> None:
    meter, _ = opened(ORIN_NANO, line("VDD_IN 5000mW/1mW"), *lines)
    for _ in lines:
        with contextlib.suppress(MeterError):
            meter.read()


def test_how_it_is_started_and_what_is_known_of_it() -> None:
    assert argv(ENTRY) == ["/usr/bin/tegrastats", "--interval", "500"]
    assert (traits(ENTRY).scope, traits(ENTRY).pushes) == ("module", True)
    with pytest.raises(MeterError, match="runs on the board itself"):
        open_meter(ENTRY)
