"""Files of a board that change in the middle of an item: the verdict of a whole live run.

Every board of one run is this machine with a /sys and a /proc of the test's own.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import fake_runner
from tests.faults.fake_runner import Told
from tests.verdicts.ledger import found

# long enough to be meddled with
LONG = """\
protocol: {repetitions_min: 8, repetitions_max: 8, samples: 8, sample_min_ms: 5.0,
  warmup_ms: 20.0, precision: 0.0001}
"""
LIMIT_S = 120.0
STEPS, STEP_S = 100, 0.02
CORES = sorted(os.sched_getaffinity(0))
ZONE = "sys/class/thermal/thermal_zone0"
COOLING = "sys/class/thermal/cooling_device0"
ORIN = {"proc/device-tree/compatible": "nvidia,p3737\0nvidia,tegra234\0"}
PI = {"proc/device-tree/compatible": "raspberrypi,4-model-b\0brcm,bcm2711\0"}


def cpufreq(name: str, text: str) -> dict[str, str]:
    """Return one cpufreq file of every core."""
    return {f"sys/devices/system/cpu/cpu{core}/cpufreq/{name}": text for core in (0, *CORES)}


PINNED = {
    **cpufreq("scaling_governor", "performance"),
    **cpufreq("scaling_max_freq", "1000000"),
    **cpufreq("stats/time_in_state", "1000000 5\n500000 900"),
}


def stat(steal: str) -> str:
    """Return a /proc/stat in which all cores lost `steal` ticks."""
    rest = f" 100 0 100 100000 0 0 0 {steal} 0 0\n"
    return "".join(f"{name}{rest}" for name in ("cpu ", *(f"cpu{core}" for core in (0, *CORES))))


@dataclass(frozen=True, kw_only=True)
class Injection:
    """Files as they are at first, and what some of them become after the first repetition.

    An `@` is a number that grows for a while: a counter may be asked for at any moment.
    """

    rule: str
    words: str
    how: str
    files: Mapping[str, str]
    then: Mapping[str, str] = field(default_factory=dict)


INJECTIONS = {
    "oc": Injection(
        rule="V09",
        words="throttle_oc3_event_cnt rose",
        how="Jetson: soctherm_oc oc3_event_cnt rises",
        files={
            **ORIN,
            "sys/class/hwmon/hwmon0/name": "soctherm_oc",
            "sys/class/hwmon/hwmon0/oc3_event_cnt": "27390",
        },
        then={"sys/class/hwmon/hwmon0/oc3_event_cnt": "27391"},
    ),
    "alarm": Injection(
        rule="V09",
        words="alarm_curr1_crit was 1",
        how="Jetson: INA3221 curr1_crit_alarm goes on",
        files={
            **ORIN,
            "sys/class/hwmon/hwmon0/name": "ina3221",
            "sys/class/hwmon/hwmon0/curr1_crit_alarm": "0",
        },
        then={"sys/class/hwmon/hwmon0/curr1_crit_alarm": "1"},
    ),
    "mode": Injection(
        rule="V10",
        words="mode changed from pmode:0002 to pmode:0000",
        how="Jetson: another nvpmodel",
        files={**ORIN, "var/lib/nvpmodel/status": "pmode:0002"},
        then={"var/lib/nvpmodel/status": "pmode:0000"},
    ),
    "pi": Injection(
        rule="V09",
        words="get_throttled: undervoltage, throttled",
        how="Raspberry Pi: new sticky bits in get_throttled",
        files={**PI, "sys/devices/platform/soc/soc:firmware/get_throttled": "20000"},
        then={"sys/devices/platform/soc/soc:firmware/get_throttled": "70000"},
    ),
    "cooling": Injection(
        rule="V09",
        words="cooling_0 was 2",
        how="a cooling device of the CPU leaves state 0",
        files={f"{COOLING}/type": "cpufreq-cpu0", f"{COOLING}/cur_state": "0"},
        then={f"{COOLING}/cur_state": "2"},
    ),
    "hot": Injection(
        rule="V09",
        words="came within 3 C of the trip point at 85 C",
        how="temperature near its trip point",
        files={
            f"{ZONE}/type": "cpu-thermal",
            f"{ZONE}/temp": "60000",
            f"{ZONE}/trip_point_0_type": "passive",
            f"{ZONE}/trip_point_0_temp": "85000",
        },
        then={f"{ZONE}/temp": "84000"},
    ),
    "lowered": Injection(
        rule="V09",
        words="scaling_max_freq was lowered",
        how="the kernel lowers scaling_max_freq",
        files=cpufreq("scaling_max_freq", "1800000"),
        then=cpufreq("scaling_max_freq", "1200000"),
    ),
    "top": Injection(
        rule="V09",
        words="time_in_state: the core was not at its highest frequency",
        how="time_in_state counts little at the top frequency under `performance`",
        files=PINNED,
    ),
    "below": Injection(
        rule="V09",
        words="the measured clock is below what the governor performance promises",
        how="a base frequency of 19 GHz, that the dependent chain does not find",
        files={
            **cpufreq("scaling_governor", "performance"),
            **cpufreq("base_frequency", "19000000"),
        },
    ),
    "governor": Injection(
        rule="V10",
        words="governor changed from performance to powersave",
        how="another governor",
        files=cpufreq("scaling_governor", "performance"),
        then=cpufreq("scaling_governor", "powersave"),
    ),
    "steal": Injection(
        rule="V11",
        words="steal: the hypervisor gave",
        how="/proc/stat: steal rises",
        files={"proc/stat": stat("7")},
        then={"proc/stat": stat("5@00")},
    ),
    "pressure": Injection(
        rule="V11",
        words="pressure: processes waited",
        how="/proc/pressure/cpu: more and more waiting",
        files={"proc/pressure/cpu": "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n"},
        then={"proc/pressure/cpu": "some avg10=9.00 avg60=0.00 avg300=0.00 total=3@000000\n"},
    ),
    "swap": Injection(
        rule="V13",
        words="the board swapped, in pages",
        how="/proc/vmstat: pswpin rises",
        files={"proc/vmstat": "pswpin 5\npswpout 5\noom_kill 0\n"},
        then={"proc/vmstat": "pswpin 1@\npswpout 5\noom_kill 0\n"},
    ),
    "oom": Injection(
        rule="V14",
        words="the kernel killed a process",
        how="/proc/vmstat: oom_kill rises",
        files={"proc/vmstat": "pswpin 5\npswpout 5\noom_kill 0\n"},
        then={"proc/vmstat": "pswpin 5\npswpout 5\noom_kill 1@\n"},
    ),
    "cpuinfo": Injection(
        rule="V15",
        words="",
        how="another machine's /proc/cpuinfo: labelled `emulated`, never ranked",
        files={"proc/cpuinfo": "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd0b\n"},
    ),
    "bare": Injection(rule="V09", words="", how="nothing at all", files={}),
}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files whole at once: a reader sees the old text or the new one."""
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(f"{place.name}.new")
        new.write_text(text if text.endswith(("\n", "\0")) else f"{text}\n", encoding="utf-8")
        new.replace(place)


def meddle(folder: Path, name: str, what: Callable[[], None]) -> None:
    """Wait for the first sample of a board, then do it."""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        spools = list((folder / "boards" / name).glob("harness/runs/*.spool"))
        if any(b'"sample"' in spool.read_bytes() for spool in spools):
            what()
            return
        time.sleep(0.02)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One run over all injections, each on a board of its own."""
    folder = tmp_path_factory.mktemp("state")
    roots = {name: folder / "roots" / name for name in INJECTIONS}
    watchers = []
    for name, injection in INJECTIONS.items():
        roots[name].mkdir(parents=True)
        write(roots[name], injection.files)

        def change(root: Path = roots[name], then: Mapping[str, str] = injection.then) -> None:
            for step in range(STEPS):
                write(root, {name: text.replace("@", f"{step:03}") for name, text in then.items()})
                if not any("@" in text for text in then.values()):
                    return
                time.sleep(STEP_S)

        watchers.append(threading.Thread(target=meddle, args=(folder, name, change)))
    for watcher in watchers:
        watcher.start()
    try:
        return fake_runner.run(folder, {n: [] for n in INJECTIONS}, head=LONG, roots=roots)
    finally:
        for watcher in watchers:
            watcher.join()


@pytest.mark.parametrize("name", [name for name in INJECTIONS if name not in {"bare", "cpuinfo"}])
def test_what_happened_to_the_board_is_seen(told: Told, name: str) -> None:
    injection, row = INJECTIONS[name], told.rows[name]
    words = [r["words"] for r in row["reasons"] if r["rule"] == injection.rule]
    assert any(injection.words in one for one in words), (words, row["reasons"])
    assert row["status"] == "SUSPECT"
    assert row["inferences_per_s"] > 0
    found(injection.rule, injection.how, row["status"])


def test_what_is_not_there_is_unknown_and_never_fine(told: Told) -> None:
    unknown = {one["rule"]: one["words"] for one in told.rows["bare"]["unknown"]}
    assert {"V09", "V10", "V13", "V14", "V18"} <= set(unknown)
    assert "no counter of throttling" in unknown["V09"]
    assert "What could not be checked" in told.report
    # where it is there it is known
    known = {one["rule"] for one in told.rows["swap"]["unknown"]}
    assert not {"V13", "V14"} & known


def test_a_board_whose_device_tree_is_another_s_is_never_ranked(told: Told) -> None:
    for name, family in (("oc", "nvidia,tegra234"), ("pi", "raspberrypi,4-model-b")):
        assert told.rows[name]["emulated"] is True
        assert family in told.report
    assert told.rows["cpuinfo"]["emulated"] is True
    found("V15", INJECTIONS["cpuinfo"].how, "emulated")
    assert told.rows["swap"]["emulated"] is False
    found("V15", "a device tree of another board: labelled `emulated`, never ranked", "emulated")
