"""The table of kinds, and what is known of a meter before it is opened."""

from __future__ import annotations

import importlib.util

import pytest

from harness.config.meter_model import KINDS
from harness.errors import MeterError
from harness.power.meters.table import METERS, meter_id, meter_ids, open_meter, traits_of
from harness.records.meter import MeterEntry


def test_every_kind_of_the_inventory_is_here() -> None:
    assert set(METERS) == set(KINDS)
    for kind in METERS:
        traits = traits_of(MeterEntry(kind=kind, target="x"))
        scopes = {"shelly": "wall", "tasmota": "wall", "tegrastats": "module"}
        assert traits.scope == scopes.get(kind, "board")
        assert traits.minimum_window_s * 1e3 >= 10 * traits.period_ms


def test_a_meter_on_another_board_is_nobodys_here() -> None:
    with pytest.raises(MeterError, match="not read by the controller"):
        open_meter(MeterEntry(kind="board", target="pi", hwmon="ina226"))


def test_the_users_words_stand_before_the_kinds() -> None:
    entry = MeterEntry(
        kind="shelly", target="x", scope="accelerator", gain=0.01, quantum_w=0.0, period_ms=500
    )
    traits = traits_of(entry)
    assert (traits.scope, traits.gain, traits.quantum_w, traits.period_ms) == (
        "accelerator",
        0.01,
        0.0,
        500,
    )
    assert traits_of(MeterEntry(kind="scpi", target="x", element=1)).scope == "wall"


def test_a_window_is_as_long_as_the_user_says_but_holds_ten_readings() -> None:
    quick = MeterEntry(kind="shelly", target="x", period_ms=100, window_s=2.0)
    assert traits_of(quick).minimum_window_s == 2.0
    assert traits_of(MeterEntry(kind="shelly", target="x")).minimum_window_s == 60.0
    slow = MeterEntry(kind="command", target="x", period_ms=30_000, window_s=2.0)
    assert traits_of(slow).minimum_window_s == pytest.approx(360.0)


def test_meters_of_one_board_have_names_of_their_own() -> None:
    plug = MeterEntry(kind="shelly", target="http://a")
    rail = MeterEntry(kind="board", target="pi", hwmon="VDD IN")
    assert meter_ids([plug, rail]) == ("meter:shelly", "meter:board:VDD_IN")
    other = MeterEntry(kind="shelly", target="http://b")
    third = MeterEntry(kind="shelly", target="http://b", channel=1)
    assert meter_ids([plug, rail, other, third]) == (
        "meter:shelly.1",
        "meter:board:VDD_IN",
        "meter:shelly.2",
        "meter:shelly:1",
    )


def test_names_hold_no_address() -> None:
    assert meter_id(MeterEntry(kind="scpi", target="secret", element=2)) == "meter:scpi:2"
    assert meter_id(MeterEntry(kind="shelly", target="secret")) == "meter:shelly"


def test_joulescope_says_how_to_get_it() -> None:
    # no such meter hangs on a machine that runs tests
    words = "found" if importlib.util.find_spec("joulescope") else "not installed"
    with pytest.raises(MeterError, match=words):
        open_meter(MeterEntry(kind="joulescope", target="none-such"))
