"""Discovery: board totals by table, traps left out, absence in words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeterError
from harness.power import discover as room
from harness.power.discover import discover, labelled
from tests.power.fixtures import Seen

H = "/sys/class/hwmon/hwmon1/"


def ina3221(*rails: tuple[str, int, int], shunt: int = 2000) -> dict[str, str]:
    files = {f"{H}name": "ina3221"}
    for n, (label, volts, amperes) in enumerate(rails, 1):
        files |= {
            f"{H}in{n}_label": label,
            f"{H}in{n}_input": str(volts),
            f"{H}curr{n}_input": str(amperes),
            f"{H}shunt{n}_resistor": str(shunt),
        }
    return files


def found(seen: Seen) -> list[tuple[str, str, str]]:
    return [(s.id, s.kind, s.scope) for s in discover(seen)[0]]


def test_orin_nano_takes_the_modules_input_alone() -> None:
    files = ina3221(("VDD_IN", 5048, 960), ("VDD_CPU_GPU_CV", 5040, 136), shunt=5000)
    seen = Seen(files=files, compatible=("nvidia,p3768-0000+p3767-0005",))
    (sensor,), absent = discover(seen)
    assert absent == ""
    assert (sensor.id, sensor.kind, sensor.scope) == ("ina3221:VDD_IN", "product", "module")
    assert (sensor.path, sensor.path2) == (f"{H}in1_input", f"{H}curr1_input")
    assert sensor.scale == 1e-6
    assert sensor.quantum_w == pytest.approx(0.0404, abs=1e-4)


def test_agx_orin_adds_three_rails_and_never_the_nested_one() -> None:
    second = {
        k.replace("hwmon1", "hwmon2"): v
        for k, v in ina3221(("NC", 0, 0), ("VDDQ_VDD2_1V8AO", 5000, 100)).items()
    }
    files = (
        ina3221(("VDD_GPU_SOC", 20000, 100), ("VDD_CPU_CV", 20000, 20), ("VIN_SYS_5V0", 5000, 600))
        | second
    )
    sensors, _ = discover(Seen(files=files, compatible=("nvidia,p3737-0000+p3701-0000",)))
    assert [s.label for s in sensors] == ["VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"]
    assert {(s.scope, s.total_scope) for s in sensors} == {("rails", "module")}
    assert {s.total for s in sensors} == {"ina3221:VDD_GPU_SOC+VDD_CPU_CV+VIN_SYS_5V0"}
    assert sensors[0].quantum_w == pytest.approx(0.4)


def test_a_rail_missing_leaves_no_total() -> None:
    files = ina3221(("VDD_GPU_SOC", 20000, 100), ("VDD_CPU_CV", 20000, 20))
    sensors, _ = discover(Seen(files=files, compatible=("nvidia,p3701-0000",)))
    assert [(s.scope, s.total) for s in sensors] == [("rails", ""), ("rails", "")]


def test_jetson_nano_by_iio_and_its_trigger_trap() -> None:
    d = "/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/"
    files = {
        f"{d}rail_name_0": "POM_5V_IN",
        f"{d}in_power0_input": "2100",
        f"{d}in_power0_trigger_input": "0",
        f"{d}rail_name_1": "POM_5V_GPU",
        f"{d}in_power1_input": "40",
    }
    seen = Seen(files=files, model="NVIDIA Jetson Nano Developer Kit")
    assert found(seen) == [("ina3221x:POM_5V_IN", "power", "board")]
    assert discover(seen)[0][0].scale == 1e-3


def test_thor_prefers_the_carriers_input() -> None:
    rails = ina3221(
        ("VDD_GPU", 20000, -5), ("VDD_CPU_SOC_MSS", 20000, 30), ("VIN_SYS_5V0", 5000, 60)
    )
    carrier = {
        "/sys/class/hwmon/hwmon5/name": "ina238",
        "/sys/class/hwmon/hwmon5/power1_label": "VIN",
        "/sys/class/hwmon/hwmon5/power1_input": "31000000",
    }
    seen = Seen(files=rails | carrier, model="NVIDIA Jetson AGX Thor Developer Kit")
    assert found(seen) == [("ina238:VIN", "power", "board")]
    assert len(found(replace(seen, files=rails))) == 3


def test_p550_takes_the_monitor_of_its_12_volts() -> None:
    files: dict[str, str] = {}
    for n, volts in ((1, 12048), (2, 900)):
        d = f"/sys/class/hwmon/hwmon{n}/"
        files |= {
            f"{d}name": "ina226",
            f"{d}in1_input": str(volts),
            f"{d}curr1_input": "800",
            f"{d}power1_input": "9600000",
        }
    seen = Seen(files=files, compatible=("sifive,hifive-premier-p550", "eswin,eic7700"))
    (sensor,), _ = discover(seen)
    assert (sensor.path, sensor.scope) == ("/sys/class/hwmon/hwmon1/power1_input", "board")


def test_order_energy_power_product_and_negative_currents() -> None:
    d = "/sys/class/hwmon/hwmon3/"
    both = {
        f"{d}name": "ina4230",
        f"{d}energy1_input": "5",
        f"{d}power1_input": "7",
        f"{d}in1_input": "5000",
        f"{d}curr1_input": "9",
    }
    assert found(Seen(files=both)) == [("ina4230:energy1", "energy", "rails")]
    power = {k: v for k, v in both.items() if "energy" not in k}
    assert found(Seen(files=power)) == [("ina4230:power1", "power", "rails")]
    assert found(Seen(files={**power, f"{d}curr1_input": "-9"}))[0][1] == "product"
    volts = {k: v for k, v in power.items() if "power" not in k}
    assert found(Seen(files=volts))[0][1] == "product"
    average = {f"{d}name": "x", f"{d}power1_average": "7000000"}
    assert discover(Seen(files=average))[0][0].path.endswith("power1_average")


@pytest.mark.parametrize("chip", ["ucsi_source_psy_1", "BAT0", "rp1_adc", "soctherm_oc"])
def test_what_is_no_meter(chip: str) -> None:
    files = {
        f"{H}name": chip,
        f"{H}in1_input": "5000",
        f"{H}curr1_input": "900",
        f"{H}power1_input": "1000000",
    }
    sensors, absent = discover(Seen(files=files))
    assert sensors == ()
    assert chip in absent


@pytest.mark.parametrize("value", ["!ENODATA", "!EIO", "32760 ma", "", "9" * 30, "3000000000000"])
def test_unreadable_or_absurd_values_are_no_sensor(value: str) -> None:
    files = {f"{H}name": "ina226", f"{H}power1_input": value}
    assert discover(Seen(files=files))[0] == ()
    off = {**ina3221(("VDD_IN", 5000, 10)), f"{H}in1_enable": "0"}
    assert discover(Seen(files=off))[0] == ()


def rapl(*zones: tuple[str, str, str]) -> dict[str, str]:
    files: dict[str, str] = {}
    for zone, name, value in zones:
        d = f"/sys/class/powercap/intel-rapl{zone}/"
        files |= {
            f"{d}name": name,
            f"{d}energy_uj": value,
            f"{d}max_energy_range_uj": "262143328850",
        }
    return files


def test_rapl_package_and_memory() -> None:
    files = rapl(
        (":0", "package-0", "7"),
        (":0:0", "core", "5"),
        (":0:1", "dram", "2"),
        ("-mmio:0", "package-0", "7"),
        (":1", "psys", "9"),
    )
    sensors, _ = discover(Seen(files=files))
    assert [(s.id, s.wrap_raw, s.total_scope) for s in sensors] == [
        ("rapl:package-0", 262143328850, "package"),
        ("rapl:dram-0", 262143328850, "package"),
    ]
    alone, _ = discover(Seen(files=rapl((":0", "package-0", "7"))))
    assert [(s.scope, s.total) for s in alone] == [("package", "")]


def test_rapl_without_permission_says_how() -> None:
    sensors, absent = discover(Seen(files=rapl((":0", "package-0", "!EACCES"))))
    assert sensors == ()
    assert "chmod a+r" in absent
    assert "powercap (1 zones)" in absent


def test_the_inventorys_wish() -> None:
    files = ina3221(("VDD_IN", 5048, 960), ("VDD_SOC", 5040, 136))
    seen = Seen(files=files, compatible=("nvidia,p3767-0005",))
    assert discover(replace(seen, sensor="none")) == (
        (),
        "switched off in boards.yaml (power: {sensor: none})",
    )
    assert found(replace(seen, sensor="ina3221:VDD_SOC")) == [
        ("ina3221:VDD_SOC", "product", "rails")
    ]
    assert found(replace(seen, sensor="ina3221:VDD_IN"))[0][2] == "module"
    sensors, absent = discover(replace(seen, sensor="nope"))
    assert sensors == ()
    assert "here: ina3221:VDD_IN, ina3221:VDD_SOC" in absent


@pytest.mark.parametrize("label", ["VDD_CPU_CV", "ina3221:VDD_CPU_CV"])
def test_one_rail_by_its_label_or_its_id(label: str) -> None:
    files = ina3221(("VDD_GPU_SOC", 19000, 400), ("VDD_CPU_CV", 19000, 100))
    assert labelled(files, label).id == "ina3221:VDD_CPU_CV"


def test_a_chip_with_one_rail_is_a_name_and_one_with_two_is_none() -> None:
    assert labelled(ina3221(("VIN", 5000, 400)), "ina3221").label == "VIN"
    with pytest.raises(MeterError, match="2 of its sensors are called 'ina3221'") as caught:
        labelled(ina3221(("A", 5000, 400), ("B", 5000, 400)), "ina3221")
    assert caught.value.do == "write `hwmon:` as one of these: ina3221:A, ina3221:B"
    with pytest.raises(MeterError, match="none of its sensors is called 'x'") as caught:
        labelled({}, "x")
    assert "no sensor at all" in caught.value.do


def test_a_total_can_be_wished_by_name() -> None:
    files = rapl((":0", "package-0", "7"), (":0:1", "dram", "2"))
    assert len(discover(Seen(files=files, sensor="rapl:package-0+dram-0"))[0]) == 2


def test_nothing_there_says_what_was_looked_at() -> None:
    assert discover(Seen()) == (
        (),
        (
            "no power sensor: looked at hwmon (none), i2c ina3221x (none), powercap (none),"
            " Raspberry Pi PMIC (none), ODROID INA231 (none), power_supply (none)"
        ),
    )


def test_equal_labels_are_told_apart() -> None:
    files: dict[str, str] = {}
    for n in (1, 2):
        files |= {
            f"/sys/class/hwmon/hwmon{n}/name": "ina226",
            f"/sys/class/hwmon/hwmon{n}/power1_input": "1000000",
        }
    assert [s[0] for s in found(Seen(files=files))] == [
        "ina226:power1.hwmon1",
        "ina226:power1.hwmon2",
    ]


def test_table_and_modules_agree() -> None:
    """Every module of the room that has a `find` stands in the table, under its own name."""
    folder = Path(room.__file__).parent
    having = {p.stem for p in folder.glob("*.py") if "\ndef find(" in p.read_text()}
    assert having == set(room.SOURCES)


NAMES = st.sampled_from(
    [
        f"{H}{n}"
        for n in (
            "name",
            "in1_input",
            "curr1_input",
            "power1_input",
            "energy1_input",
            "in1_label",
            "shunt1_resistor",
            "update_interval",
        )
    ]
)


@given(
    st.dictionaries(
        NAMES,
        st.sampled_from(
            ["ina3221", "ina226", "5", "-5", "0", "!EIO", "x" * 200, "10000000000000000"]
        ),
    )
)
def test_any_tree_is_sensors_or_words(files: dict[str, str]) -> None:
    sensors, absent = discover(Seen(files=files))
    assert bool(sensors) != bool(absent)
    assert all(s.quantum_w >= 0 and s.path in files for s in sensors)


def test_counters_and_powers_of_one_chip_are_joined_channel_by_channel() -> None:
    files = {
        f"{H}name": "pac1934",
        f"{H}energy1_input": "5",
        f"{H}power1_input": "7",
        f"{H}power2_input": "7",
        f"{H}in2_input": "5000",
        f"{H}curr2_input": "9",
        f"{H}in3_input": "5000",
        f"{H}curr3_input": "9",
    }
    assert [sensor for sensor, _, _ in found(Seen(files=files))] == [
        "pac1934:energy1",
        "pac1934:power2",
        "pac1934:in3",
    ]


def test_scmi_numbers_mean_nothing_its_labels_do() -> None:
    files = {
        f"{H}name": "scmi_sensors",
        f"{H}energy1_input": "5",
        f"{H}energy1_label": "BIG_ENERGY",
        f"{H}power1_input": "7000000",
        f"{H}power1_label": "GPU_POWER",
        f"{H}power2_input": "7000000",
        f"{H}power2_label": "BIG_ENERGY",
    }
    assert [sensor for sensor, _, _ in found(Seen(files=files))] == [
        "scmi_sensors:BIG_ENERGY",
        "scmi_sensors:GPU_POWER",
    ]


def test_a_chip_of_one_channel_is_called_by_its_own_label() -> None:
    files = {f"{H}name": "ina238", f"{H}label": "VIN", f"{H}power1_input": "31000000"}
    seen = Seen(files=files, model="NVIDIA Jetson AGX Thor Developer Kit")
    assert found(seen) == [("ina238:VIN", "power", "board")]
    two = files | {f"{H}power2_input": "1000000"}
    assert [s[0] for s in found(replace(seen, files=two))] == ["ina238:power1", "ina238:power2"]


def test_ids_are_such_as_a_job_takes() -> None:
    files: dict[str, str] = {}
    for n in (1, 2):
        files |= {
            f"/sys/class/hwmon/hwmon{n}/name": "ina226",
            f"/sys/class/hwmon/hwmon{n}/power1_input": "1000000",
            f"/sys/class/hwmon/hwmon{n}/power1_label": "5 V+ (ü)",
        }
    for sensor in discover(Seen(files=files))[0]:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", sensor.id)


def test_one_rail_seen_twice_makes_no_total() -> None:
    files = ina3221(("VDD_IN", 5048, 960))
    again = {k.replace("hwmon1", "hwmon2"): v for k, v in files.items()}
    sensors, _ = discover(Seen(files=files | again, compatible=("nvidia,p3767-0005",)))
    assert [(s.scope, s.total) for s in sensors] == [("rails", ""), ("rails", "")]


def test_psys_counts_when_asked_for() -> None:
    files = rapl((":0", "package-0", "7"), (":1", "psys", "9"), (":a", "package-a", "4"))
    assert [s[0] for s in found(Seen(files=files))] == ["rapl:package-0"]
    assert found(Seen(files=files, sensor="rapl:psys")) == [("rapl:psys", "energy", "board")]


# the files of every source at once, as no board has them
EVERYWHERE = [
    *(f"{H}{name}" for name in ("name", "label", "device", "in1_input", "curr1_input")),
    *(f"{H}{name}" for name in ("power1_input", "power1_label", "power2_average", "energy1_input")),
    *(f"/sys/class/power_supply/BAT0/{name}" for name in ("type", "status", "power_now")),
    *(f"/sys/class/power_supply/BAT0/{name}" for name in ("voltage_now", "current_now")),
    *(f"/sys/class/powercap/intel-rapl:0/{name}" for name in ("name", "energy_uj")),
    "/sys/class/powercap/intel-rapl:0/max_energy_range_uj",
    *(f"/sys/bus/i2c/drivers/INA231/3-0040/{name}" for name in ("enable", "sensor_W")),
    *(f"/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/{name}" for name in ("rail_name_0",)),
    "/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input",
    "/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_voltage0_input",
    *("/dev/vcio", "/dev/vcio/X_A", "/dev/vcio/X_V", "/dev/vcio/error=1"),
]
ANYTHING = (
    st.sampled_from(
        ["ina3221", "ina226", "scmi_sensors", "Battery", "Discharging", "package-0", "psys", "VIN"]
    )
    | st.sampled_from(["1.500000", "current(1)=1.5A", "volt(2)=900.0V", "!EACCES", "present", "NC"])
    | st.integers(-(10**18), 10**18).map(str)
    | st.text(max_size=60)
)


@given(
    st.dictionaries(st.sampled_from(EVERYWHERE), ANYTHING),
    st.sampled_from(["nvidia,p3767-0005", "eswin,eic7700", "nvidia,p3834", "raspberrypi,4", ""]),
)
def test_any_files_of_any_source_give_watts_of_a_board_or_words(
    files: dict[str, str], compatible: str
) -> None:
    sensors, absent = discover(Seen(files=files, compatible=(compatible,)))
    assert bool(sensors) != bool(absent)
    for sensor in sensors:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", sensor.id)
        assert 1 <= sensor.period_ms <= 60_000
        assert sensor.wrap_raw >= 0
        if sensor.kind in {"power", "product"} and "INA231" not in sensor.path:
            raw = int(files[sensor.path]) * int(files.get(sensor.path2, 1))
            assert abs(raw * sensor.scale) <= 2000
