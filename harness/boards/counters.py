"""Counters and flags that tell of throttling, by the file names drivers give them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.records.board import WatchFile

if TYPE_CHECKING:
    from collections.abc import Mapping

# what each kind of name means to the rules: a counter must not rise, an alarm and the state of a
# cooling device must be 0, the bits of a Raspberry Pi are taken apart
KINDS = ("throttle_", "alarm_", "cooling_", "pi_throttled")
PI_BITS = "pi_throttled"

SOCTHERM = r"/oc[0-9]+_event_cnt"
INA3221 = r"/curr[0-9]+_(?:max|crit)_alarm"
UNDERVOLTAGE = r"/in0_lcrit_alarm"
CORE_AND_PACKAGE = r"/(?:core|package)_throttle_count"
ANY = f"{SOCTHERM}|{INA3221}|{UNDERVOLTAGE}|{CORE_AND_PACKAGE}"
_CPU_COOLING = re.compile(r"cpu|processor|cluster", re.IGNORECASE)
_MOST = 8


def is_counter(name: str) -> bool:
    """Say whether a watched file tells of throttling."""
    return name.startswith(KINDS)


def counters(files: Mapping[str, str], pattern: str) -> dict[str, WatchFile]:
    """Return counters and alarms whose path ends in `pattern`, at most 8.

    What holds no number cannot rise: watching it would pass for "not throttled".
    """
    found: dict[str, WatchFile] = {}
    for path in sorted(files):
        if re.search(rf"(?:{pattern})$", path) and number(files, path) is not None:
            name = _name(path)
            # a board may have several chips of a kind
            count = sum(1 for known in found if known.partition(".")[0] == name)
            found[f"{name}.{count + 1}" if count else name] = WatchFile(path=path)
    return dict(list(found.items())[:_MOST])


def cooling(files: Mapping[str, str]) -> dict[str, WatchFile]:
    """Return cooling devices that slow the CPU down; fans are none."""
    found = {}
    for path in sorted(files):
        match = re.search(r"/(cooling_device[0-9]+)/cur_state$", path)
        kind = files.get(path.removesuffix("cur_state") + "type", "")
        if match and _CPU_COOLING.search(kind) and number(files, path) is not None:
            name = f"cooling_{match.group(1).removeprefix('cooling_device')}"
            found[name] = WatchFile(path=path)
    return dict(list(found.items())[:_MOST])


def _name(path: str) -> str:
    file = path.rpartition("/")[2]
    return f"alarm_{file.removesuffix('_alarm')}" if file.endswith("_alarm") else f"throttle_{file}"
