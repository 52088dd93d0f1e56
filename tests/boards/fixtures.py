"""Fake file trees and a transport that runs on this machine, for tests of rooms that ask boards."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from harness.boards.probe import Probe, parse_probe
from harness.config.tree import parse_tree
from harness.records.board import BoardEntry
from harness.transport.base import Completed, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "boards"

ORIN = {
    "/sys/class/hwmon/hwmon1/name": "ina3221",
    "/sys/class/hwmon/hwmon1/in1_label": "VDD_IN",
    "/sys/class/hwmon/hwmon1/in1_input": "5048",
    "/sys/class/hwmon/hwmon1/curr1_input": "960",
    "/sys/class/hwmon/hwmon1/shunt1_resistor": "5000",
    "/sys/class/hwmon/hwmon3/name": "soctherm_oc",
    "/sys/class/hwmon/hwmon3/oc3_event_cnt": "27390",
    "/sys/class/thermal/thermal_zone0/type": "cpu-thermal",
    "/sys/class/thermal/thermal_zone0/temp": "48500",
    "/sys/class/thermal/thermal_zone1/type": "PMIC-Die",
    "/sys/class/thermal/thermal_zone1/temp": "100000",
    "/sys/class/thermal/thermal_zone2/type": "cv0-thermal",
    "/sys/class/thermal/thermal_zone2/temp": "-256000",
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "schedutil",
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1510400",
    "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_min_freq": "115200",
    "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "1510400",
    "/proc/device-tree/model": "NVIDIA Orin Nano Developer Kit\0",
    "/proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0",
    "/proc/device-tree/serial-number": "1421020012345\0",
}


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Write a tree of files below `root`."""
    for name, value in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if value.endswith("\0") else f"{value}\n")
    return root


class Here:
    """The Transport Protocol by subprocess on this machine, with a shell of choice for `sh`."""

    def __init__(self, *shell: str) -> None:
        self.shell = shell or ("sh",)

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        real = [*self.shell, *argv[1:]]
        done = subprocess.run(
            real, input=stdin, capture_output=True, timeout=timeout_s, check=False
        )
        return Completed(
            argv=tuple(argv), status=done.returncode, stdout=done.stdout, stderr=done.stderr
        )

    def stream(self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False) -> Stream:
        raise NotImplementedError

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


def probed(machine: str = "aarch64", **keys: str) -> Probe:
    """A probe from what the script would have printed; `files` is a `path:value` text."""
    files = parse_tree(keys.pop("files", ""))
    sections = {"system": f"Linux\n6.1\n{machine}", **keys}
    text = "".join(
        f"== {name}\n" + "".join(f"|{line}\n" for line in value.split("\n"))
        for name, value in sections.items()
    )
    text += "== files\n" + "".join(f"|{path}:{value}\n" for path, value in files.items())
    return parse_probe(text, BoardEntry(name="b"))
