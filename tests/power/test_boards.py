"""The table of boards: nothing counts twice, and each board finds its own line."""

from __future__ import annotations

import re

import pytest

from harness.power.boards import RULES, Rule
from harness.power.discover import discover
from harness.power.rails import bare
from tests.power.fixtures import Seen


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.board)
def test_a_line_of_the_table_counts_nothing_twice(rule: Rule) -> None:
    others = [*rule.inside, *rule.beside]
    assert rule.scope in {"board", "module", "package", "rails"}
    assert re.search("published|capture|driver", rule.source)
    for label in rule.rails:
        assert not any(re.fullmatch(other, label) for other in others)


@pytest.mark.parametrize(
    ("compatible", "words"),
    [
        ("nvidia,p3448-0003", "Nano 2GB"),
        ("hardkernel,odroid-xu4", "XU4"),
        ("starfive,visionfive-2-v1.3b starfive,jh7110", "meter of your own"),
        ("radxa,rock-5b rockchip,rk3588", "meter of your own"),
        ("cvitek,cv181x", "meter of your own"),
    ],
)
def test_boards_that_are_known_to_have_none(compatible: str, words: str) -> None:
    sensors, absent = discover(Seen(compatible=tuple(compatible.split())))
    assert sensors == ()
    assert words in absent


@pytest.mark.parametrize("board", ["raspberrypi,5-model-b", "nvidia,p3448-0000", "acme,one"])
def test_no_board_is_called_bare_that_is_not(board: str) -> None:
    assert bare(board) == ""


BOARDS = {
    "NVIDIA Jetson TX2 NX Developer Kit": "module",
    "quill nvidia,p2771-0000": "module",
    "jetson_tx1 nvidia,p2371-2180": "module",
    "jetson-nano": "board",
    "NVIDIA Jetson Xavier NX Developer Kit": "module",
}


@pytest.mark.parametrize("model", BOARDS)
@pytest.mark.parametrize("label", ["VDD_IN", "POM_5V_IN"])
def test_boards_with_one_input(model: str, label: str) -> None:
    d = "/sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1/"
    files = {f"{d}rail_name_0": label, f"{d}in_power0_input": "2100"}
    files |= {f"{d}rail_name_1": "VDD_SYS_CPU", f"{d}in_power1_input": "900"}
    seen = discover(Seen(files=files, model=model))[0]
    sensors = [(s.id, s.kind, s.scope) for s in seen]
    right = label == "POM_5V_IN" if model == "jetson-nano" else label == "VDD_IN"
    if right:
        assert sensors == [(f"ina3221x:{label}", "power", BOARDS[model])]
    elif "Xavier" not in model:
        assert {scope for _, _, scope in sensors} == {"rails"}
