"""Facts of a board: identity, temperatures, clusters, watched files, emulation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.boards.counters import SOCTHERM, counters
from harness.boards.facts import board_id, environment, facts
from harness.boards.hello import parse_hello
from harness.boards.probe import Probe
from harness.boards.thermal import cpu_c, cpu_path, temperatures, trip_c
from harness.boards.topology import clusters
from harness.config.tree import parse_tree
from harness.records.board import BoardEntry
from tests.boards.fixtures import CORPUS, ORIN, probed
from tests.boards.test_hello import GOOD

HELLO = parse_hello(GOOD)
# what every board is asked for
KERNEL = {"cpu_all", "cpu_work", "pressure", "swap_in", "swap_out", "oom_kill"}
ENTRY = BoardEntry(name="b", host="h")
ORIN_PROBE = probed(
    model="NVIDIA Orin Nano Developer Kit",
    compatible="nvidia,p3768-0000+p3767-0005\nnvidia,tegra234",
    serial="1421020012345",
    files="\n".join(f"{k}:{v}" for k, v in ORIN.items() if k.startswith("/sys")),
)


def test_orin() -> None:
    board = facts(ENTRY, ORIN_PROBE, HELLO)
    assert (board.family, board.model) == ("jetson", "NVIDIA Orin Nano Developer Kit")
    assert board.governor == "schedutil"
    assert board.freq_khz == (115200, 1510400)
    assert board.temperatures_c == {"cpu-thermal": 48.5}
    assert set(board.watch) == KERNEL | {
        "governor",
        "cur_freq",
        "temperature",
        "throttle_oc3_event_cnt",
    }
    assert board.watch["temperature"].path == "/sys/class/thermal/thermal_zone0/temp"
    assert "no sensor was looked for" in board.sensor_absent
    stored = environment(board)
    assert (stored.board_id, stored.governor) == (board.board_id, "schedutil")


def test_nothing_known() -> None:
    board = facts(ENTRY, Probe(name="b"), HELLO)
    assert (board.family, board.governor, board.freq_khz) == ("generic", None, None)
    assert (set(board.watch), board.temperatures_c, board.clusters) == (KERNEL, {}, {})
    assert board.model.startswith("A CPU")


def test_board_id_stays_with_the_board() -> None:
    known = board_id(ENTRY, ORIN_PROBE, HELLO, "m")
    assert known == board_id(replace(ENTRY, name="new", host="moved"), ORIN_PROBE, HELLO, "m")
    assert known != board_id(ENTRY, replace(ORIN_PROBE, serial="7"), HELLO, "m")
    zero = replace(ORIN_PROBE, serial="0000000000000000", machine_id="m1")
    assert board_id(ENTRY, zero, HELLO, "m") != board_id(
        ENTRY, replace(zero, machine_id="m2"), HELLO, "m"
    )
    # found in a power mode that leaves cores off
    present = {**ORIN_PROBE.files, "/sys/devices/system/cpu/present": "0-7"}
    whole = board_id(ENTRY, replace(ORIN_PROBE, files=present), replace(HELLO, cores=8), "m")
    assert whole == board_id(ENTRY, replace(ORIN_PROBE, files=present), HELLO, "m")
    bare = replace(ORIN_PROBE, serial="", machine_id="")
    assert board_id(ENTRY, bare, HELLO, "m") != board_id(
        replace(ENTRY, host="other"), bare, HELLO, "m"
    )


@pytest.mark.parametrize(
    ("entry", "probe", "hello", "words"),
    [
        (replace(ENTRY, emulated=True), ORIN_PROBE, HELLO, "boards.yaml"),
        (ENTRY, ORIN_PROBE, replace(HELLO, emulated="qemu in maps"), "qemu in maps"),
        (ENTRY, replace(ORIN_PROBE, compatible=("linux,dummy-virt",)), HELLO, "qemu's arm"),
        (ENTRY, ORIN_PROBE, HELLO, ""),
    ],
)
def test_emulation(entry: BoardEntry, probe: Probe, hello: object, words: str) -> None:
    board = facts(entry, probe, hello)  # type: ignore[arg-type]
    assert words in board.emulated
    assert bool(board.emulated) == bool(words)


def test_clusters_by_capacity_and_by_frequency() -> None:
    capacity = {
        f"/sys/devices/system/cpu/cpu{n}/cpu_capacity": str(c)
        for n, c in enumerate([530, 530, 1024])
    }
    assert clusters(capacity) == {"little": (0, 1), "big": (2,)}
    policy = "/sys/devices/system/cpu/cpufreq/policy"
    speeds = {
        f"{policy}0/related_cpus": "0 1 2 3",
        f"{policy}0/cpuinfo_max_freq": "1800000",
        f"{policy}4/related_cpus": "4 5",
        f"{policy}4/cpuinfo_max_freq": "2400000",
        f"{policy}6/related_cpus": "6 7",
        f"{policy}6/cpuinfo_max_freq": "3000000",
    }
    assert clusters(speeds) == {"little": (0, 1, 2, 3), "mid": (4, 5), "big": (6, 7)}
    alike = {k: v.replace("1800000", "2390000") for k, v in list(speeds.items())[:4]}
    assert clusters(alike) == {}


def test_a_trip_point_is_of_the_zone_that_is_watched() -> None:
    zone = "/sys/class/thermal/thermal_zone"
    tree = {
        f"{zone}0/type": "gpu-thermal",
        f"{zone}0/temp": "40000",
        f"{zone}0/trip_point_0_type": "passive",
        f"{zone}0/trip_point_0_temp": "60000",
        f"{zone}1/type": "cpu-thermal",
        f"{zone}1/temp": "41500",
        f"{zone}1/trip_point_0_type": "active",
        f"{zone}1/trip_point_0_temp": "50000",
        f"{zone}1/trip_point_1_type": "passive",
        f"{zone}1/trip_point_1_temp": "85000",
        f"{zone}1/trip_point_2_type": "passive",
        f"{zone}1/trip_point_2_temp": "!EIO",
        f"{zone}1/trip_point_3_type": "critical",
        f"{zone}1/trip_point_3_temp": "105000",
    }
    watched = cpu_path(tree)
    assert (cpu_c(tree), trip_c(tree, watched)) == (41.5, 85.0)
    assert trip_c({k: v for k, v in tree.items() if "trip_point" not in k}, watched) is None
    assert (cpu_c({}), trip_c({}, cpu_path({}))) == (None, None)


def test_temperatures_prefer_the_cpu() -> None:
    tree = parse_tree(
        "/sys/class/thermal/thermal_zone0/type:acpitz\n/sys/class/thermal/thermal_zone0/temp:30000\n"
        "/sys/class/hwmon/hwmon2/name:k10temp\n/sys/class/hwmon/hwmon2/temp1_label:Tctl\n"
        "/sys/class/hwmon/hwmon2/temp1_input:51000\n/sys/class/hwmon/hwmon2/temp2_input:!EIO\n"
    )
    assert cpu_path(tree) == "/sys/class/hwmon/hwmon2/temp1_input"
    assert list(temperatures(tree)) == ["acpitz", "Tctl"]
    assert cpu_path({}) == ""


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
def test_captured_trees() -> None:
    zones = parse_tree((CORPUS / "sysfs" / "thermal_zones_procfs.txt").read_text())
    assert list(temperatures(zones)) == ["bcm2835_thermal"]
    throttle = parse_tree((CORPUS / "sysfs" / "orin_soctherm_oc_a.txt").read_text())
    assert sorted(counters(throttle, SOCTHERM)) == [f"throttle_oc{n}_event_cnt" for n in (1, 2, 3)]
    pc = parse_tree((CORPUS / "sysfs" / "hwmon_coretemp_nct6775.txt").read_text())
    assert pc[cpu_path(pc)] == "55000"
