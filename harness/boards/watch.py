"""Which files the runner reads before and after each repetition, by the names the rules know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.thermal import cpu_path
from harness.config.tree import number

if TYPE_CHECKING:
    from collections.abc import Mapping

_CPU0 = "/sys/devices/system/cpu/cpu0/"
_COUNTER = re.compile(r"/(oc[0-9]+_event_cnt|(?:core|package)_throttle_count|in0_lcrit_alarm)$")
MAX_WATCHED = 12


def watch(files: Mapping[str, str]) -> dict[str, str]:
    """Return name -> path of what is there: `governor`, `cur_freq`, `temperature`, `throttle_*`.

    A counter that is absent is simply not watched: that reads "unknown", never "not throttled".
    """
    named = {
        "governor": f"{_CPU0}cpufreq/scaling_governor",
        "cur_freq": f"{_CPU0}cpufreq/scaling_cur_freq",
        "temperature": cpu_path(files),
    }
    for path in sorted(files):
        match = _COUNTER.search(path)
        # what holds no number cannot rise: watching it would pass for "not throttled"
        if match and number(files, path) is not None:
            named[f"throttle_{match.group(1)}"] = path
    here = {name: path for name, path in named.items() if _readable(files, path)}
    return dict(list(here.items())[:MAX_WATCHED])


def _readable(files: Mapping[str, str], path: str) -> bool:
    return path in files and not files[path].startswith("!")
