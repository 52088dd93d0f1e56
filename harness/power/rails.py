"""Which rails make a board's power, board by board: data, because every general rule is wrong.

A rule names rails that lie beside each other, never one inside another, with the scope of their
sum. Boards without a rule have rails, but no total.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.rail import Rail
    from harness.records.board import SensorFile


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One board: `match` is searched in its model and compatibles, in small letters.

    `rails` are patterns of labels; all must be there. With `volts`, the one rail of `chip` whose
    bus lies between them is meant.
    """

    board: str
    match: str
    rails: tuple[str, ...]
    scope: str
    chip: str = r"ina3221x?"
    volts: tuple[float, float] | None = None


_THOR = ("VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0")
_AGX_XAVIER = ("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V")
# The first rule whose board matches and whose rails are all there is taken.
RAILS: tuple[Rule, ...] = (
    Rule(board="AGX Thor", match=r"p3834|thor", rails=("VIN",), scope="board", chip="ina238"),
    Rule(board="AGX Thor", match=r"p3834|thor", rails=_THOR, scope="module"),
    # VDDQ_VDD2_1V8AO lies inside VIN_SYS_5V0
    Rule(
        board="AGX Orin",
        match=r"p3701|agx orin",
        rails=("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"),
        scope="module",
    ),
    Rule(board="Orin Nano, NX", match=r"p3767|orin n", rails=("VDD_IN",), scope="module"),
    Rule(board="Xavier NX", match=r"p3668|xavier nx", rails=("VDD_IN|5V_IN",), scope="module"),
    Rule(board="AGX Xavier", match=r"p2888|jetson-agx", rails=_AGX_XAVIER, scope="module"),
    Rule(
        board="TX1, TX2",
        match=r"p2180|p3310|p3489|p3636|quill|tx1|tx2",
        rails=("(?:VDD|SYS)_IN|VDD_SYS_IN",),
        scope="module",
    ),
    Rule(board="Nano 4GB", match=r"p3448|p3450|jetson nano", rails=("5V_IN",), scope="board"),
    # the other monitors of this board lie inside its 12 V input
    Rule(
        board="HiFive Premier P550",
        match=r"eic7700",
        rails=(".*",),
        scope="board",
        chip=r"ina226|ina2xx",
        volts=(9.0, 15.0),
    ),
    Rule(
        board="x86",
        match=r"",
        rails=(r"package-[0-9]+(?:-die-[0-9]+)?|dram-[0-9a-f]+",),
        scope="package",
        chip="rapl",
    ),
)
# The makers' prefixes differ from release to release: VDD_IN, POM_5V_IN, SYS5V ...
_PREFIX = r"(?:POM_|VDD_)?"


def mark_total(rails: Sequence[Rail], board: str) -> tuple[SensorFile, ...]:
    """Return the sensors that make the board's total, marked with scope and total; () without rule.

    A single rail simply carries the scope; several carry `total` and `total_scope`, and the scope
    `rails` for themselves.
    """
    for rule in RAILS:
        if re.search(rule.match, board.lower()):
            chosen = _chosen(rule, rails)
            if chosen:
                return _marked(rule, chosen)
    return ()


def _chosen(rule: Rule, rails: Sequence[Rail]) -> list[Rail]:
    mine = [rail for rail in rails if re.fullmatch(rule.chip, rail.chip)]
    if rule.volts is not None:
        low, high = rule.volts
        mine = [rail for rail in mine if rail.volts is not None and low <= rail.volts <= high]
        return mine if len(mine) == 1 else []
    chosen: list[Rail] = []
    for pattern in rule.rails:
        found = [r for r in mine if re.fullmatch(f"{_PREFIX}(?:{pattern})", r.sensor.label)]
        if not found:
            return []
        chosen += found
    return chosen


def _marked(rule: Rule, chosen: Sequence[Rail]) -> tuple[SensorFile, ...]:
    if len(chosen) == 1:
        return (replace(chosen[0].sensor, scope=rule.scope),)
    name = f"{chosen[0].chip}:{'+'.join(rail.sensor.label for rail in chosen)}"
    return tuple(replace(rail.sensor, total=name[:100], total_scope=rule.scope) for rail in chosen)
