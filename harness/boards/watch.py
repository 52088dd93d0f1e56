"""Which files the runner reads before and after each repetition, by the names the rules know.

Names: `governor`, `governor_policyN`, `cur_freq`, `max_freq`, `base_freq`, `top_time_KHZ`, `mode`,
`temperature`, `temp_LABEL`, `throttle_*`, `alarm_*`, `cooling_*`, `pi_throttled`, `cpu_all`,
`cpu_work` (lines of /proc/stat), `pressure`, `swap_in`, `swap_out`, `oom_kill`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.counters import cooling
from harness.boards.thermal import cpu_path, temperatures, trip_c
from harness.config.tree import number
from harness.records.board import WatchFile

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_WATCHED = 40  # each costs the board some 25 us around a repetition
_CPUS = "/sys/devices/system/cpu/"
_POLICIES_MOST, _ZONES_MOST, _TOPS_MOST = 8, 4, 3
_OF_WORK = {
    "governor": "scaling_governor",
    "cur_freq": "scaling_cur_freq",
    "max_freq": "scaling_max_freq",
    "base_freq": "base_frequency",
}
# always asked for: where the kernel has none of them they read unknown
_KERNEL = {
    "cpu_all": WatchFile(path="/proc/stat", word="cpu"),
    "cpu_work": WatchFile(path="/proc/stat", word="cpu*"),
    "pressure": WatchFile(path="/proc/pressure/cpu", word="some"),
    "swap_in": WatchFile(path="/proc/vmstat", word="pswpin"),
    "swap_out": WatchFile(path="/proc/vmstat", word="pswpout"),
    "oom_kill": WatchFile(path="/proc/vmstat", word="oom_kill"),
}


def watch(
    files: Mapping[str, str], of_family: Mapping[str, WatchFile] | None = None
) -> dict[str, WatchFile]:
    """Return what is watched: of the kernel, of the work's core, of the family; at most 40 files.

    A counter that is absent is simply not watched: that reads "unknown", never "not throttled".
    """
    found = {**_KERNEL, **_cpufreq(files), **_temperatures(files), **(of_family or {})}
    return dict(list({**found, **cooling(files)}.items())[:MAX_WATCHED])


def trips_c(files: Mapping[str, str], watched: Mapping[str, WatchFile]) -> dict[str, float]:
    """Return the trip point of each watched temperature that has one; it stays as it is."""
    found = {name: trip_c(files, file.path) for name, file in watched.items()}
    return {name: trip for name, trip in found.items() if trip is not None}


def _cpufreq(files: Mapping[str, str]) -> dict[str, WatchFile]:
    """Frequency files of the work's core, and the governor of every policy."""
    policies = sorted(
        {m.group(1) for p in files if (m := re.match(rf"{_CPUS}cpufreq/(policy[0-9]+)/", p))}
    )
    places = ["cpu0/cpufreq", *(f"cpufreq/{policy}" for policy in policies)]
    found = {
        name: WatchFile(path=f"{_CPUS}cpu*/cpufreq/{file}")
        for name, file in _OF_WORK.items()
        if any(_is_readable(files, f"{_CPUS}{place}/{file}") for place in places)
    }
    for policy in policies[:_POLICIES_MOST]:
        path = f"{_CPUS}cpufreq/{policy}/scaling_governor"
        if _is_readable(files, path):
            found[f"governor_{policy}"] = WatchFile(path=path)
    # clusters differ in their top: the one that a core has stands in its max_freq
    timed = [p for p in places if _is_readable(files, f"{_CPUS}{p}/stats/time_in_state")]
    tops = {number(files, f"{_CPUS}{place}/scaling_max_freq") for place in timed} - {None}
    for top in sorted(t for t in tops if t)[:_TOPS_MOST]:
        path = f"{_CPUS}cpu*/cpufreq/stats/time_in_state"
        found[f"top_time_{top}"] = WatchFile(path=path, word=str(top))
    return found


def _temperatures(files: Mapping[str, str]) -> dict[str, WatchFile]:
    """The likeliest temperature of the CPU, and others that can slow the board down."""
    first = cpu_path(files)
    found = {"temperature": WatchFile(path=first)} if first else {}
    for label, path in temperatures(files).items():
        word = re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-._")[:48]
        if path != first and word and len(found) < _ZONES_MOST and trip_c(files, path):
            found[f"temp_{word}"] = WatchFile(path=path)
    return found


def _is_readable(files: Mapping[str, str], path: str) -> bool:
    return path in files and not files[path].startswith("!")
