"""What makes a board's numbers poor: clocks, heat, other load, memory; pure, from what was probed.

What a board does not tell is called unknown, never fine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.boards.counters import is_counter
from harness.boards.finding import note, ok, problem
from harness.boards.thermal import temperatures, trip_c
from harness.config.tree import number
from harness.units import size_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.boards.finding import Examined, Finding

_POLICY = re.compile(r"/sys/devices/system/cpu/(?:cpu0/cpufreq|cpufreq/policy[0-9]+)/(\w+)")
# drivers whose "powersave" moves the clock with the load instead of pinning it to the bottom
_DYNAMIC = re.compile(r"intel_pstate|amd[-_]pstate")
_STEADY = {"performance", "userspace"}
_SET_GOVERNOR = (
    "as root: for f in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor;"
    " do echo performance > $f; done"
)
_COARSE_CLOCKS = {"jiffies", "refined-jiffies"}
_COARSE_STEP_NS = 1_000
# past the first of these distances to a trip point an item counts as throttled
_NEAR_C, _WARM_C = 3.0, 10.0
_LEAST_FREE_KIB = 256 << 10


def governor(seen: Examined) -> Iterator[Finding]:
    """Frequency governors of all clusters."""
    if seen.probe is None:
        return
    names = _policies(seen.probe.files, "scaling_governor")
    drivers = " ".join(_policies(seen.probe.files, "scaling_driver"))
    if not names:
        words = "no cpufreq here: whether the clock holds still is unknown before it is measured"
        yield note("governor", words)
    elif "powersave" in names and not _DYNAMIC.search(drivers):
        yield problem("governor", "powersave holds the clock at its lowest", _SET_GOVERNOR)
    elif set(names) <= _STEADY:
        yield ok("governor", ", ".join(names))
    else:
        yield note("governor", f"{', '.join(names)}: the clock follows the load", _SET_GOVERNOR)


def capped(seen: Examined) -> Iterator[Finding]:
    """A top frequency below what the silicon can do (a power mode, or somebody's setting)."""
    files = seen.probe.files if seen.probe else {}
    for path in sorted(files):
        match = _POLICY.fullmatch(path)
        if not match or match.group(1) != "scaling_max_freq":
            continue
        top, silicon = number(files, path), number(files, path.replace("scaling", "cpuinfo"))
        if top and silicon and top < silicon:
            words = f"capped at {top // 1000} MHz of {silicon // 1000} MHz"
            yield note("clock", words, "choose another power mode, or raise scaling_max_freq")
            return


def clock(seen: Examined) -> Iterator[Finding]:
    """The clock that times everything."""
    if seen.facts is None:
        return
    source, step_ns = seen.facts.hello.clock_source, seen.facts.hello.clock_step_ns
    if source in _COARSE_CLOCKS or step_ns > _COARSE_STEP_NS:
        fix = "see /sys/devices/system/clocksource/clocksource0/available_clocksource; a kernel"
        fix += " with the arch timer or tsc is needed"
        words = f"clock source {source} with steps of {step_ns} ns cannot time kernels (V07)"
        yield problem("timer", words, fix)
    elif source == "unknown":
        yield note("timer", f"the board does not tell its clock source; its step is {step_ns} ns")
    else:
        yield ok("timer", f"{source}, step {step_ns} ns")


def heat(seen: Examined) -> Iterator[Finding]:
    """Distance to the nearest trip point that slows the board down or switches it off."""
    if seen.probe is None:
        return
    files = seen.probe.files
    places = temperatures(files)
    if not places:
        yield note("heat", "no temperature can be read: overheating is unknown")
        return
    known = [near for label, path in places.items() if (near := _nearest(files, label, path))]
    if not known:
        hottest = max((number(files, path) or 0) / 1000 for path in places.values())
        yield ok("heat", f"{hottest:.0f} C, no trip point known")
        return
    left, label, now, trip = min(known)
    words = f"{label} {now:.0f} C, limit {trip:.0f} C"
    if left <= _NEAR_C:
        yield problem("heat", words, "let it cool down; a heat sink or a fan keeps it there")
    elif left <= _WARM_C:
        yield note("heat", words, "more cooling, before long runs throttle")
    else:
        yield ok("heat", words)


def _nearest(
    files: Mapping[str, str], label: str, path: str
) -> tuple[float, str, float, float] | None:
    trip, now = trip_c(files, path), (number(files, path) or 0) / 1000
    return None if trip is None else (trip - now, label, now, trip)


def throttling(seen: Examined) -> Iterator[Finding]:
    """Counters of throttling and low voltage, as they stand since the board booted."""
    if seen.facts is None or seen.probe is None:
        return
    paths = {n: file.path for n, file in seen.facts.watch.items() if is_counter(n)}
    if not paths:
        words = "no counter of throttling: unknown whether the board slows itself down"
        yield note("throttle", f"{words}; only the measured clock can tell")
        return
    risen = {n.removeprefix("throttle_"): number(seen.probe.files, p) for n, p in paths.items()}
    if risen.pop("alarm_in0_lcrit", 0):
        yield problem("throttle", "the supply voltage is too low", "a stronger supply and cable")
    words = ", ".join(f"{name} {value}" for name, value in risen.items() if value)
    if words:
        fix = "check cooling, supply and power mode; only a rise during an item counts against it"
        yield note("throttle", f"since boot: {words}", fix)
    else:
        yield ok("throttle", f"{len(paths)} counters watched")


def load(seen: Examined) -> Iterator[Finding]:
    """Other work on the board, by its load average."""
    if seen.probe is None or seen.probe.load is None:
        return
    # with many cores a little company leaves the measured core alone
    cores = seen.facts.hello.cores if seen.facts else 1
    limit = min(max(0.25 * cores, 0.5), 2.0)
    words = f"{seen.probe.load:.2f} programs ran on average during the last minute"
    if seen.probe.load >= limit:
        yield problem("load", f"not alone: {words}", "stop other work there (see `top`)")
    else:
        yield ok("load", words)


def memory(seen: Examined) -> Iterator[Finding]:
    """Free memory and swap in use."""
    if seen.probe is None:
        return
    free, swap = seen.probe.memory_free_kib, seen.probe.swap_used_kib
    if free is not None and free < _LEAST_FREE_KIB:
        fix = "stop other programs: networks need room, and swapping spoils an item (V13)"
        yield problem("memory", f"only {size_bytes(free << 10)} free", fix)
    if swap:
        fix = "stop other programs; as root: swapoff -a && swapon -a"
        yield note("memory", f"{size_bytes(swap << 10)} of swap in use", fix)
    elif free is not None and free >= _LEAST_FREE_KIB:
        yield ok("memory", f"{size_bytes(free << 10)} free, no swap in use")


def likeness(seen: Examined) -> Iterator[Finding]:
    """Boards that are not what they seem."""
    if seen.facts is None:
        return
    if seen.facts.emulated:
        yield note("emulated", f"{seen.facts.emulated}: its times mean nothing and are not ranked")
    elif seen.facts.hello.vm:
        yield note("virtual", "a virtual machine: neighbours may disturb, rows are labelled `vm`")


def _policies(files: Mapping[str, str], name: str) -> list[str]:
    found = (
        value
        for path, value in sorted(files.items())
        if (match := _POLICY.fullmatch(path)) and match.group(1) == name
    )
    return list(dict.fromkeys(value for value in found if not value.startswith("!")))
