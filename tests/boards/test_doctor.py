"""Findings from made-up boards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.doctor import findings, worst
from harness.boards.finding import Examined, Finding, Level
from harness.boards.place import Place
from harness.boards.probe import Probe
from harness.errors import MeterError
from harness.power.discover import discover
from harness.power.powercap import FIX
from harness.records.board import BoardEntry, SensorFile, WatchFile
from harness.records.meter import MeterEntry
from harness.records.modes import PowerMode
from tests.boards.fixtures import Here, probed
from tests.helpers.sessions import facts, hello

CPU = "/sys/devices/system/cpu/cpufreq/policy"
ZONE = "/sys/class/thermal/thermal_zone0/"
PLACE = Place(directory="/d", lease="/l", free_kib=4 << 20, mount="/")


def seen(files: dict[str, str] | None = None, **changes: Any) -> Examined:
    probe = replace(probed(), files=files or {}, memory_free_kib=1 << 20, swap_used_kib=0, load=0.1)
    values: dict[str, Any] = {
        "entry": BoardEntry(name="b1"),
        "probe": probe,
        "facts": facts(),
        "place": PLACE,
        "runtimes": {"native": ""},
    }
    return Examined(**{**values, **changes})


def about(topic: str, examined: Examined) -> Finding:
    found = [finding for finding in findings(examined) if finding.topic == topic]
    assert len(found) == 1, found
    return found[0]


def test_a_good_board_has_no_problem() -> None:
    files = {
        f"{CPU}0/scaling_governor": "performance",
        f"{ZONE}type": "cpu",
        f"{ZONE}temp": "40000",
    }
    found = findings(seen(files))
    assert worst(found) is Level.NOTE  # no sensor, no counter
    assert all(finding.fix for finding in found if finding.level is Level.PROBLEM)
    assert about("kernels", seen()).words == "gemm by avx2: w1a1"
    assert about("lease", seen()).words == "free"
    assert "x86_64, runs in /d" in about("runner", seen()).words
    assert worst(()) is Level.OK


def test_meters_say_their_watts_or_why_not() -> None:
    assert about("meters", seen(meters={"meter:shelly": 7.25})).words == "meter:shelly reads 7.25 W"
    gone = MeterError("no connection", where="http://plug", do="is it on?")
    found = about("meters", seen(meters={"meter:shelly": gone}))
    assert (found.level, found.fix) == (Level.PROBLEM, "is it on?")
    assert found.words == "meter:shelly: no connection"
    entry = BoardEntry(name="b1", meters=(MeterEntry(kind="shelly", target="http://plug"),))
    assert about("sensors", seen(entry=entry)).words.endswith("no joules but those of a meter")


@pytest.mark.parametrize(
    ("names", "driver", "level"),
    [
        (("performance",), "", Level.OK),
        (("schedutil", "performance"), "", Level.NOTE),
        (("performance", "powersave"), "cpufreq-dt", Level.PROBLEM),
        (("powersave",), "intel_pstate", Level.NOTE),
        (("powersave",), "", Level.PROBLEM),
        (("!EACCES",), "", Level.NOTE),
        ((), "", Level.NOTE),
    ],
)
def test_governors(names: tuple[str, ...], driver: str, level: Level) -> None:
    files = {f"{CPU}{n}/scaling_governor": name for n, name in enumerate(names)}
    files |= {f"{CPU}{n}/scaling_driver": driver for n in range(len(names)) if driver}
    found = about("governor", seen(files))
    assert found.level is level
    assert found.level is not Level.PROBLEM or "performance" in found.fix


def test_a_capped_clock_is_told_once() -> None:
    files = {f"{CPU}{n}/scaling_max_freq": "1000000" for n in range(2)}
    files |= {f"{CPU}{n}/cpuinfo_max_freq": "1500000" for n in range(2)}
    assert about("clock", seen(files)).words == "capped at 1000 MHz of 1500 MHz"


@pytest.mark.parametrize(
    ("source", "step_ns", "level"),
    [
        ("tsc", 20, Level.OK),
        ("jiffies", 20, Level.PROBLEM),
        ("refined-jiffies", 4_000_000, Level.PROBLEM),
        ("acpi_pm", 1_500, Level.PROBLEM),
        ("unknown", 20, Level.NOTE),
    ],
)
def test_timers(source: str, step_ns: int, level: Level) -> None:
    board = facts(hello=hello(clock_source=source, clock_step_ns=step_ns))
    assert about("timer", seen(facts=board)).level is level


@pytest.mark.parametrize(
    ("now", "level"), [(50_000, Level.OK), (88_000, Level.NOTE), (92_500, Level.PROBLEM)]
)
def test_heat_near_a_trip_point(now: int, level: Level) -> None:
    files = {
        f"{ZONE}type": "cpu-thermal",
        f"{ZONE}temp": str(now),
        f"{ZONE}trip_point_0_type": "active",
        f"{ZONE}trip_point_0_temp": "45000",
        f"{ZONE}trip_point_1_type": "passive",
        f"{ZONE}trip_point_1_temp": "95000",
        f"{ZONE}trip_point_2_type": "critical",
        f"{ZONE}trip_point_2_temp": "-274000",
    }
    assert about("heat", seen(files)).level is level


def test_what_a_board_does_not_tell_is_unknown() -> None:
    for topic in ("heat", "throttle", "governor"):
        found = about(topic, seen())
        assert found.level is Level.NOTE
        assert "unknown" in found.words
    files = {f"{ZONE}type": "cpu", f"{ZONE}temp": "41000"}
    assert about("heat", seen(files)).words == "41 C, no trip point known"


def test_throttle_counters() -> None:
    path, alarm = "/sys/class/hwmon/hwmon1/oc3_event_cnt", "/sys/class/hwmon/hwmon2/in0_lcrit_alarm"
    board = facts(watch={"throttle_oc3_event_cnt": WatchFile(path=path)})
    assert about("throttle", seen({path: "0"}, facts=board)).level is Level.OK
    risen = about("throttle", seen({path: "27390"}, facts=board))
    assert (risen.level, risen.words) == (Level.NOTE, "since boot: oc3_event_cnt 27390")
    board = facts(watch={"alarm_in0_lcrit": WatchFile(path=alarm)})
    found = [f for f in findings(seen({alarm: "1"}, facts=board)) if f.topic == "throttle"]
    assert found[0].level is Level.PROBLEM
    assert "supply" in found[0].fix


@pytest.mark.parametrize(("load", "cores", "level"), [(0.2, 4, "ok"), (0.6, 1, "problem")])
def test_other_load(load: float, cores: int, level: str) -> None:
    probe = replace(probed(), load=load)
    board = facts(hello=hello(cores=cores))
    assert about("load", seen(probe=probe, facts=board)).level == level


def test_memory_and_swap() -> None:
    probe = replace(probed(), memory_free_kib=100 << 10, swap_used_kib=300 << 10)
    found = {f.level: f.words for f in findings(seen(probe=probe)) if f.topic == "memory"}
    assert found == {Level.PROBLEM: "only 100 MiB free", Level.NOTE: "300 MiB of swap in use"}
    assert about("memory", seen()).level is Level.OK


@pytest.mark.parametrize(
    ("kib", "level"), [(1 << 10, "problem"), (100 << 10, "note"), (4 << 20, "ok"), (None, "note")]
)
def test_room(kib: int | None, level: str) -> None:
    assert about("disk", seen(place=replace(PLACE, free_kib=kib))).level == level


def test_a_held_lease_names_its_holder() -> None:
    found = about("lease", seen(place=replace(PLACE, holder="alice@laptop", left_s=90)))
    assert found.level is Level.NOTE
    assert "alice@laptop, 90 s left" in found.words


def test_labels() -> None:
    assert about("emulated", seen(facts=facts(emulated="qemu"))).level is Level.NOTE
    assert about("virtual", seen(facts=facts(hello=hello(vm=True)))).level is Level.NOTE


def test_runtimes_and_networks() -> None:
    absent = "python3 on the board cannot load onnxruntime (no such program); install it there"
    examined = seen(
        runtimes={"native": "", "onnxruntime": absent},
        networks={"a w1a1": ("native",), "b fp32": ("onnxruntime",)},
    )
    found = [f for f in findings(examined) if f.topic == "runtimes"]
    assert found[0].words == "native"
    assert found[1].fix == "install it there"
    assert about("networks", examined).words == "a w1a1 by native"


def test_sensors_and_what_root_could_read() -> None:
    zone = "/sys/class/powercap/intel-rapl:0/"
    files = {f"{zone}name": "package-0", f"{zone}energy_uj": "!EACCES"}
    probe = replace(probed("x86_64"), files=files)
    sensors, absent = discover(probe)
    assert not sensors
    assert FIX in absent
    examined = seen(probe=probe, facts=facts(sensor_absent=absent))
    assert "chmod a+r" in about("root", examined).fix
    assert "root" not in about("sensors", examined).fix
    other = replace(probe, files={"/sys/class/hwmon/hwmon0/power1_input": "!EACCES"})
    assert "hwmon0/power1_input" in about("root", seen(probe=other)).words
    rail = SensorFile(id="ina:IN", kind="power", path="/p", scale=1.0, scope="board", label="IN")
    assert about("sensors", seen(facts=facts(sensors=(rail,)))).words == "ina:IN (board)"
    parts = (replace(rail, total="a+b", total_scope="module"),) * 2
    assert about("sensors", seen(facts=facts(sensors=parts))).words == "a+b (module)"


def test_an_examination_that_stopped_says_where() -> None:
    away = Examined(
        entry=BoardEntry(name="x"), reached=False, error="no answer", fix="switch it on"
    )
    assert findings(away) == (
        Finding(level=Level.PROBLEM, topic="reach", words="no answer", fix="switch it on"),
    )
    half = seen(facts=None, place=None, error="noexec everywhere")
    assert about("runner", half).level is Level.PROBLEM
    assert about("load", half).level is Level.OK


@given(
    st.dictionaries(
        st.sampled_from(
            [
                f"{ZONE}type",
                f"{ZONE}temp",
                f"{ZONE}trip_point_0_type",
                f"{ZONE}trip_point_0_temp",
                f"{CPU}0/scaling_governor",
                f"{CPU}0/scaling_max_freq",
                f"{CPU}0/cpuinfo_max_freq",
            ]
        ),
        st.sampled_from(["passive", "cpu", "!EIO", ""]) | st.integers().map(str) | st.text(),
    )
)
def test_any_files_make_findings(files: dict[str, str]) -> None:
    assert all(finding.words for finding in findings(seen(files)))


def test_this_machine_tells_load_and_memory() -> None:
    from harness.boards.probe import probe

    found = probe(Here(), BoardEntry(name="local"))
    assert found.load is not None
    assert found.memory_free_kib
    assert found.swap_used_kib is not None
    assert probed().load is None
    assert isinstance(found, Probe)


def test_modes_are_named_with_what_they_need() -> None:
    known = facts(modes=(PowerMode(name="15W", id=0),), mode_found="15W", modes_barred="why")
    found = about("modes", seen(facts=known))
    assert (found.level, found.words) == (Level.NOTE, "15W; found in 15W")
    assert "`tune: true`" in found.fix
    assert "`become: sudo-n`" in found.fix
    sha256 = "ab" * 32
    line = f"USER ALL=(root) NOPASSWD: sha256:{sha256} /d/{sha256}/runner guard *"
    assert found.fix.endswith(line)
    entry = BoardEntry(name="b1", user="bench", tune=True, become="sudo-n")
    found = about("modes", seen(facts=replace(known, modes_barred=""), entry=entry))
    assert found.fix == f"in sudoers: {line.replace('USER', 'bench')}"
    own = replace(probed(), files={}, writable=("/sys/x",))
    entry = replace(entry, become="none")
    found = about("modes", seen(facts=replace(known, modes_barred=""), entry=entry, probe=own))
    assert found.level is Level.OK
    assert "modes" not in {f.topic for f in findings(seen())}
