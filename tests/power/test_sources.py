"""The two ends of a bridge, from sensors and meters as they are known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from harness.power.meters.table import traits_of
from harness.power.sources import meter_sources, own_source
from harness.records.meter import MeterEntry
from tests.helpers import measurements as made
from tests.power.fixtures import POWER

RAILS = [
    replace(POWER, id=name, total="A+B", total_scope="module", scope="rails", quantum_w=q)
    for name, q in (("A", 0.3), ("B", 0.4))
]


def test_a_single_sensor_is_itself() -> None:
    found = own_source([POWER], [[made.an_energy(source="p", scope="module", active_w=5.0)]])
    assert found is not None
    assert (found.name, found.scope, found.offset_w) == ("p", "module", POWER.quantum_w)
    assert found.gain == pytest.approx(POWER.gain)


def test_rails_of_a_total_share_their_gains() -> None:
    row = [
        made.an_energy(source=name, active_w=watts)
        for name, watts in (("A+B", 8.0), ("A", 4.0), ("B", 4.0))
    ]
    found = own_source(RAILS, [row, row])
    assert found is not None
    assert (found.name, found.scope) == ("A+B", "module")
    assert found.offset_w == pytest.approx(0.5)
    assert found.gain == pytest.approx(POWER.gain / math.sqrt(2))


@pytest.mark.parametrize("sensors", [[], [POWER], RAILS])
def test_without_joules_there_is_no_end(sensors: list[object]) -> None:
    assert own_source(sensors, [[], [made.an_energy(source="other")]]) is None  # type: ignore[arg-type]


def test_meters_have_their_own_words_before_their_kinds() -> None:
    plugs = [
        MeterEntry(kind="shelly", target="http://a", gain=0.01),
        MeterEntry(kind="tasmota", target="http://b", scope="board"),
    ]
    found = meter_sources(plugs, [traits_of(plug) for plug in plugs])
    assert [(s.name, s.scope, s.gain, s.offset_w) for s in found] == [
        ("meter:shelly", "wall", 0.01, 0.1),
        ("meter:tasmota", "board", 0.03, 1.0),
    ]
