"""The INA231 of ODROID XU+E and XU3: four rails in decimal watts, and how to switch them on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.power import odroid
from harness.power.discover import discover
from tests.power.fixtures import Seen

D = "/sys/bus/i2c/drivers/INA231/"
WATTS = {"40": "0.334510", "41": "0.061250", "44": "0.081110", "45": "1.200000"}


def board(bus: int = 3, **more: str) -> dict[str, str]:
    return {
        f"{D}{bus}-00{address}/{key}": value
        for address, watts in WATTS.items()
        for key, value in ({"enable": "1", "sensor_W": watts} | more).items()
    }


@pytest.mark.parametrize("bus", [0, 3, 4])
def test_four_rails_make_a_sum_that_is_less_than_the_board(bus: int) -> None:
    sensors, _ = discover(Seen(files=board(bus, update_period="263808")))
    assert [s.label for s in sensors] == ["A15", "A7", "G3D", "MEM"]
    assert {(s.total, s.total_scope) for s in sensors} == {("ina231:A15+A7+G3D+MEM", "rails")}
    assert {(s.kind, s.scale, s.period_ms) for s in sensors} == {("power", 1e-6, 263)}


def test_switched_off_says_how_to_switch_on() -> None:
    sensors, absent = discover(Seen(files=board(enable="0")))
    assert sensors == ()
    assert absent.count("echo 1 > $f") == 1
    assert f"for f in {D}*/enable" in absent


def test_not_for_this_user() -> None:
    _, absent = discover(Seen(files=board(sensor_W="!EACCES")))
    assert f"chmod a+r {D}3-0040/sensor_W" in absent


@pytest.mark.parametrize("text", ["0.33", "1", "-0.334510", "9999.000000", "0.3345100", "!EIO", ""])
def test_other_numbers_than_the_runner_takes_are_no_sensor(text: str) -> None:
    assert discover(Seen(files=board(sensor_W=text)))[0] == ()


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text(watts: str, period: str) -> None:
    found = odroid.find({f"{D}3-0040/sensor_W": watts, f"{D}3-0040/update_period": period})
    assert all(float(watts) >= 0 and rail.sensor.period_ms > 0 for rail in found.rails)
