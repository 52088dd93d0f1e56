"""One line of NVIDIA's tegrastats, of any release from L4T 28 to R39, to rails and temperatures.

The last resort, for what others recorded: the chips behind it are read directly (hwmon, iio). Of
each power group only the first number counts, its mean runs since tegrastats was started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power.rail import MAX_W
from harness.power.rails import total_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 4096
_MEMORY = re.compile(r"(?<!\S)RAM [0-9]{1,9}/[0-9]{1,9}MB(?!\S)", re.ASCII)
# now/mean (R39: /maximum); memory has the same form, but ends in MB or kB
_MW = r"(-?[0-9]{1,9})(?:mW)?"
_RAIL = re.compile(rf"(?<!\S)([A-Za-z]\w{{0,40}}) {_MW}/{_MW}(?:/{_MW})?(?!\S)", re.ASCII)
_CELSIUS = r"(-?[0-9]{1,4}(?:\.[0-9]{1,6})?)C"
_TEMPERATURE = re.compile(
    rf"(?<!\S)([A-Za-z]\w{{0,40}})@{_CELSIUS}(?:/{_CELSIUS})?(?!\S)", re.ASCII
)
_CPU = re.compile(r"(?<!\S)CPU \[([^\]]{0,999})\]", re.ASCII | re.IGNORECASE)
_CORE = re.compile(r"([0-9]{1,3})%(?:@([0-9]{1,5}))?", re.ASCII)
_GPU = re.compile(r"(?<!\S)GR3D(?:_FREQ)? ([0-9]{1,3})%", re.ASCII)
_OFF_C = -256.0  # what a sensor without power reads
_PMIC_C = (50.0, 100.0)  # constants of the driver, not measured


@dataclass(frozen=True, kw_only=True)
class Stats:
    """What one line says; a second rail of one name is `NAME#2`.

    `cpu` has (percent, MHz or None) a core, None for one that is off; `gpu_percent` is None where
    the line holds a clock alone, or nothing.
    """

    rails_mw: Mapping[str, int]
    temperatures_c: Mapping[str, float]
    cpu: tuple[tuple[int, int | None] | None, ...]
    gpu_percent: int | None

    @property
    def measured_c(self) -> Mapping[str, float]:
        """Temperatures without sensors that are off and constants that nobody measured."""
        return {
            name: value
            for name, value in self.temperatures_c.items()
            if value != _OFF_C and not (name == "PMIC" and value in _PMIC_C)
        }


def parse(line: str) -> tuple[Stats | None, str]:
    """Return what the line says and "", or None and why it is no line of tegrastats.

    Fields that are not known, or hold what no board can draw, are left out.
    """
    if len(line) > _LONGEST:
        return None, f"not a line of tegrastats: longer than {_LONGEST} characters"
    if not _MEMORY.search(line):
        return None, "not a line of tegrastats: it has no `RAM used/totalMB`"
    gpu = _GPU.search(line)
    percent = int(gpu[1]) if gpu else None
    stats = Stats(
        rails_mw=_rails(line),
        temperatures_c={m[1]: float(m[2]) for m in _TEMPERATURE.finditer(line)},
        cpu=_cores(line),
        gpu_percent=percent if percent is None or percent <= 100 else None,
    )
    return stats, ""


def total(stats: Stats, board: str) -> tuple[str, int, str] | None:
    """Return name, milliwatts and scope of the board's total; None where a rail is missing.

    `board` is what the board calls itself: the line does not say which one it comes from.
    """
    found = total_of(tuple(stats.rails_mw), board)
    if found is None:
        return None
    labels, scope = found
    return "+".join(labels), sum(stats.rails_mw[label] for label in labels), scope


def _rails(line: str) -> dict[str, int]:
    rails: dict[str, int] = {}
    times: dict[str, int] = {}
    for match in _RAIL.finditer(line):
        name, milliwatts = match[1], int(match[2])
        times[name] = times.get(name, 0) + 1
        if abs(milliwatts) <= MAX_W * 1e3:
            rails[name if times[name] == 1 else f"{name}#{times[name]}"] = milliwatts
    return rails


def _cores(line: str) -> tuple[tuple[int, int | None] | None, ...]:
    match = _CPU.search(line)
    cores: list[tuple[int, int | None] | None] = []
    for word in match[1].split(",") if match else ():
        core = _CORE.fullmatch(word.strip())
        if core and int(core[1]) <= 100:
            cores.append((int(core[1]), int(core[2]) if core[2] else None))
        elif word.strip() == "off":
            cores.append(None)
        else:
            return ()  # one core less would give the others wrong numbers
    return tuple(cores)
