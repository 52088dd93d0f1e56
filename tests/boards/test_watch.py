"""What is watched on a board, by family, and what its parts say of each other."""

from __future__ import annotations

import pytest

from harness.boards.counters import is_counter
from harness.boards.families.table import family_of
from harness.boards.likeness import contradiction
from harness.boards.watch import MAX_WATCHED, trips_c, watch
from tests.boards.fixtures import probed

CPU = "/sys/devices/system/cpu/"
ZONE = "/sys/class/thermal/thermal_zone"


def files(text: dict[str, str]) -> str:
    return "\n".join(f"{path}:{value}" for path, value in text.items())


@pytest.mark.parametrize(
    ("machine", "compatible", "tree", "counters"),
    [
        (
            "aarch64",
            "nvidia,tegra234",
            {
                "/sys/class/hwmon/hwmon3/oc1_event_cnt": "0",
                "/sys/class/hwmon/hwmon3/oc2_event_cnt": "!EIO",
                "/sys/class/hwmon/hwmon1/curr1_crit_alarm": "0",
                "/sys/class/hwmon/hwmon2/curr1_crit_alarm": "0",
                "/var/lib/nvpmodel/status": "pmode:0002",
            },
            {"throttle_oc1_event_cnt", "alarm_curr1_crit", "alarm_curr1_crit.2"},
        ),
        (
            "aarch64",
            "raspberrypi,4-model-b",
            {
                "/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0",
                "/sys/devices/platform/soc/soc:firmware/get_throttled": "0",
            },
            {"alarm_in0_lcrit", "pi_throttled"},
        ),
        (
            "x86_64",
            "",
            {f"{CPU}cpu0/thermal_throttle/core_throttle_count": "3"},
            {"throttle_core_throttle_count", "throttle_core_of_the_work"},
        ),
        (
            "riscv64",
            "",
            {
                "/sys/class/thermal/cooling_device0/type": "cpufreq-cpu0",
                "/sys/class/thermal/cooling_device0/cur_state": "0",
                "/sys/class/thermal/cooling_device1/type": "pwm-fan",
                "/sys/class/thermal/cooling_device1/cur_state": "3",
            },
            {"cooling_0"},
        ),
        ("aarch64", "rockchip,rk3588", {}, set()),
    ],
)
def test_each_family_watches_its_own_counters(
    machine: str, compatible: str, tree: dict[str, str], counters: set[str]
) -> None:
    seen = probed(machine, compatible=compatible, files=files(tree))
    watched = watch(seen.files, family_of(seen)[1].watched(seen))
    assert {name for name in watched if is_counter(name)} == counters
    assert ("mode" in watched) == ("/var/lib/nvpmodel/status" in tree)


def test_frequencies_are_of_the_work_s_core_and_governors_of_every_policy() -> None:
    tree = {}
    for policy, top in ((0, "1800000"), (4, "2400000")):
        folder = f"{CPU}cpufreq/policy{policy}/"
        tree[f"{folder}scaling_governor"] = "schedutil"
        tree[f"{folder}scaling_max_freq"] = top
        tree[f"{folder}stats/time_in_state"] = "408000 99"
    watched = watch(tree)
    assert watched["governor"].path == f"{CPU}cpu*/cpufreq/scaling_governor"
    assert {"governor_policy0", "governor_policy4", "max_freq"} <= set(watched)
    assert watched["top_time_2400000"].word == "2400000"
    assert "cur_freq" not in watched


def test_hot_zones_and_their_trip_points_are_known_before_the_work() -> None:
    tree = {}
    for n, name in enumerate(("cpu-thermal", "gpu-thermal", "wifi")):
        tree[f"{ZONE}{n}/type"], tree[f"{ZONE}{n}/temp"] = name, "40000"
    for n, kind in ((0, "passive"), (1, "critical"), (2, "active")):
        tree[f"{ZONE}{n}/trip_point_0_type"] = kind
        tree[f"{ZONE}{n}/trip_point_0_temp"] = f"{9 + n}0000"
    watched = watch(tree)
    assert trips_c(tree, watched) == {"temperature": 90.0, "temp_gpu-thermal": 100.0}
    assert "temp_wifi" not in watched


def test_never_more_than_a_moment_can_read() -> None:
    tree = {f"{CPU}cpufreq/policy{n}/scaling_governor": "x" for n in range(99)}
    tree |= {f"{CPU}cpufreq/policy{n}/scaling_max_freq": str(n) for n in range(99)}
    tree |= {f"{CPU}cpufreq/policy{n}/stats/time_in_state": "1 1" for n in range(99)}
    assert len(watch(tree)) <= MAX_WATCHED


@pytest.mark.parametrize(
    ("machine", "compatible", "cpuinfo", "words"),
    [
        ("aarch64", "raspberrypi,5-model-b", "CPU implementer\t: 0x41\nCPU part\t: 0xd0b", ""),
        ("armv7l", "raspberrypi,3-model-b", "CPU part\t: 0xd03", ""),
        ("riscv64", "starfive,jh7110", "hart\t\t: 1", ""),
        ("x86_64", "", "vendor_id\t: GenuineIntel", ""),
        ("s390x", "raspberrypi,5-model-b", "", ""),
        ("aarch64", "", "vendor_id\t: GenuineIntel", "/proc/cpuinfo is of x86"),
        ("x86_64", "nvidia,tegra234", "", "device tree says nvidia,tegra234"),
        ("riscv64", "rockchip,rk3588", "", "device tree says rockchip,rk3588"),
        ("aarch64", "raspberrypi,5-model-b", "CPU part\t: 0xd08", "its CPU is part 0xd08"),
    ],
)
def test_a_board_that_contradicts_itself(
    machine: str, compatible: str, cpuinfo: str, words: str
) -> None:
    found = contradiction(probed(machine, compatible=compatible, cpuinfo=cpuinfo))
    assert words in found
    assert bool(found) == bool(words)
