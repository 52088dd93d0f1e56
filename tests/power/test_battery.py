"""Batteries: only while they discharge, whatever sign and pair of files their gauge has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power import battery
from harness.power.discover import discover
from tests.power.fixtures import Seen

D = "/sys/class/power_supply/"


def supply(name: str, **values: str) -> dict[str, str]:
    given = {"type": "Battery", "status": "Discharging"} | values
    return {f"{D}{name}/{key}": value for key, value in given.items()}


def test_power_now_is_the_boards_power() -> None:
    (sensor,), _ = discover(Seen(files=supply("BAT0", power_now="9120000")))
    assert (sensor.id, sensor.kind, sensor.scope) == ("battery:BAT0", "power", "board")
    assert sensor.scale * 9120000 == pytest.approx(9.12)


@pytest.mark.parametrize("current", ["800000", "-800000"])
def test_current_times_volts_whatever_its_sign(current: str) -> None:
    files = supply("BAT1", current_now=current, voltage_now="11400000")
    (sensor,), _ = discover(Seen(files=files))
    assert (sensor.kind, sensor.path2) == ("product", f"{D}BAT1/current_now")
    assert sensor.scale * 11400000 * int(current) == pytest.approx(9.12)


def test_two_batteries_are_one_total() -> None:
    files = supply("BAT0", power_now="4000000") | supply("BAT1", power_now="-5000000")
    sensors, _ = discover(Seen(files=files))
    assert {(s.total, s.total_scope) for s in sensors} == {("battery:BAT0+BAT1", "board")}
    assert [s.scale for s in sensors] == [1e-6, -1e-6]


@pytest.mark.parametrize("status", ["Charging", "Full", "Not charging", "Unknown"])
def test_a_battery_that_is_fed_is_none_and_says_so(status: str) -> None:
    sensors, absent = discover(Seen(files=supply("BAT0", status=status, power_now="9120000")))
    assert sensors == ()
    assert f"battery BAT0 is {status}: unplug the charger" in absent
    assert "power_supply (BAT0)" in absent


@pytest.mark.parametrize(
    "files",
    [
        supply("ucsi-source-psy-USBC000:001", type="USB", current_now="3000000", voltage_now="5"),
        supply("ucsi-source-psy-USBC000:002", current_now="3000000", voltage_now="5000000"),
        supply("AC", type="Mains", power_now="5000000"),
        supply("hidpp_battery_0", scope="Device", power_now="5000000"),
    ],
)
def test_supplies_and_mice_are_no_sensors(files: dict[str, str]) -> None:
    assert discover(Seen(files=files))[0] == ()


def test_a_gauge_without_values_says_so() -> None:
    sensors, absent = discover(Seen(files=supply("BAT0", power_now="!EIO")))
    assert sensors == ()
    assert "battery BAT0 gives no power and no current" in absent


def test_its_repetition_among_the_monitors_is_skipped() -> None:
    h = "/sys/class/hwmon/hwmon4/"
    files = supply("C23B", power_now="9120000") | {
        f"{h}name": "odd_gauge",
        f"{h}device": "C23B",
        f"{h}in0_input": "11400",
        f"{h}power1_input": "9120000",
    }
    assert [s.id for s in discover(Seen(files=files))[0]] == ["battery:C23B"]


VALUES = st.sampled_from(["1", "-5", "0", "", "!EIO", "9" * 18, "12 V", "Battery", "Discharging"])
NAMES = st.sampled_from(["type", "status", "scope", "power_now", "current_now", "voltage_now"])


@given(st.dictionaries(NAMES, VALUES | st.text(max_size=50)))
def test_any_supply_is_sensors_or_nothing(values: dict[str, str]) -> None:
    found = battery.find({f"{D}BAT0/{key}": value for key, value in values.items()})
    for rail in found.rails:
        files = {f"{D}BAT0/{key}": value for key, value in values.items()}
        raw = int(files[rail.sensor.path]) * int(files.get(rail.sensor.path2, 1))
        assert 0 < rail.sensor.scale * raw <= 2000
