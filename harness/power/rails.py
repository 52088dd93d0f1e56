"""Which rails make a board's power, by the table of power.boards; every general rule is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.power.boards import BARE, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.power.boards import Rule
    from harness.power.rail import Rail
    from harness.records.board import SensorFile

# The makers' prefixes differ from release to release: VDD_IN, POM_5V_IN, SYS5V ...
_PREFIX = r"(?:POM_|VDD_)?"


def mark_total(rails: Sequence[Rail], board: str) -> tuple[SensorFile, ...]:
    """Return the sensors that make the board's total, marked with scope and total; () without rule.

    A single rail simply carries the scope; several carry `total` and `total_scope`, and the scope
    `rails` for themselves.
    """
    for rule in _rules(board):
        chosen = _chosen(rule, rails)
        if chosen:
            return _marked(rule, chosen)
    return ()


def total_of(labels: Sequence[str], board: str) -> tuple[tuple[str, ...], str] | None:
    """Return the labels of the board's total and its scope, where nothing but labels is known."""
    for rule in _rules(board):
        if rule.is_by_label:
            found = [_matching(pattern, labels) for pattern in rule.rails]
            if all(len(one) == 1 for one in found):
                return tuple(one[0] for one in found), rule.scope
    return None


def bare(board: str) -> str:
    """Return why a board that is known has no power monitor at all, "" for any other board."""
    return next((b.words for b in BARE if re.search(b.match, board.lower())), "")


def _rules(board: str) -> Iterator[Rule]:
    return (rule for rule in RULES if re.search(rule.match, board.lower()))


def _matching(pattern: str, labels: Sequence[str]) -> list[str]:
    return [label for label in labels if re.fullmatch(f"{_PREFIX}(?:{pattern})", label)]


def _chosen(rule: Rule, rails: Sequence[Rail]) -> list[Rail]:
    mine = [rail for rail in rails if re.fullmatch(rule.chip, rail.chip)]
    if rule.volts is not None:
        low, high = rule.volts
        mine = [rail for rail in mine if rail.volts is not None and low <= rail.volts <= high]
    chosen: list[Rail] = []
    for pattern in rule.rails:
        found = [r for r in mine if _matching(pattern, [r.sensor.label])]
        # one rail seen twice would count twice: rather no total than a wrong one
        if not found or (len(found) > 1 and not rule.is_any_number):
            return []
        chosen += found
    return chosen


def _marked(rule: Rule, chosen: Sequence[Rail]) -> tuple[SensorFile, ...]:
    if len(chosen) == 1:
        return (replace(chosen[0].sensor, scope=rule.scope),)
    name = f"{chosen[0].chip}:{'+'.join(rail.sensor.label for rail in chosen)}"
    return tuple(replace(rail.sensor, total=name[:100], total_scope=rule.scope) for rail in chosen)
