"""Rules about the state of the board while an item ran: throttled, disturbed, steered, swapping.

Each looks at what was read before and after every repetition; what is not there is Unknown.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from harness.boards.counters import PI_BITS, is_counter
from harness.records.measurement import Reason
from harness.session import spans
from harness.session.finding import Found, Noted, Seen, Unknown
from harness.session.mode_clock import clock_above_mode, clock_below_mode
from harness.session.sanity import celsius

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.session.evidence import Evidence

CLOCK_DROP_LIMIT = 0.95
TURBO_DROP_LIMIT = 0.90  # a turbo comes and goes with what other cores do: a step is 5 %
CLOCK_OF_MAX_LIMIT = 0.97
TOP_TIME_LIMIT = 0.95
TRIP_DISTANCE_C = 3.0
PI_BITS_NOW = 0xF
DISTURBED_LIMIT = 1.05
DISTURBED_THREADS_LIMIT = 1.10  # ticks at both ends of a repetition are in it
STEAL_LIMIT = 0.01
PRESSURE_LIMIT = 0.05
PRESSURE_ANYWAY_LIMIT = 0.25
COST_LIMIT = 1.01  # waiting that the work itself did not feel is nobody's fault
SWITCHES_PER_S_LIMIT = 100.0
SWITCHES_LEAST = 10
MINOR_FAULTS_LIMIT = 100.0  # a repetition; what is touched first is touched before
OTHERS_LIMIT = 0.05  # of all cores, and never less than this of one:
OTHERS_CORE_LIMIT = 0.15
OTHERS_LEAST_NS = 300_000_000
TICKS_LEAST = 2  # one tick more or less is how two counts of ticks differ
DRIFT_LIMIT = 1e-3
DRIFT_SLACK_NS = 50_000  # two clocks are not read at one moment
PACE_LIMIT = 0.02
JUMP_LIMIT_US = 10_000
JUMP_SHARE = 1e-3  # ntpd steers by half of that


def throttled(e: Evidence) -> Found:
    """V09: the measured clock fell, a counter of throttling rose, or heat came near its limit."""
    broken = list(_throttle_reasons(e))
    if broken:
        words = "; ".join(one.words for one in broken)
        return Reason(rule="V09", words=words, seen=broken[0].seen, limit=broken[0].limit)
    missing = _throttle_unknown(e)
    return Unknown(words="; ".join(missing)) if missing else None


def _throttle_reasons(e: Evidence) -> Iterator[Reason]:
    clock = None if e.facts.emulated else e.slow_clock
    limit = TURBO_DROP_LIMIT if e.facts.hello.target == "x86_64" else CLOCK_DROP_LIMIT
    if clock is not None and clock < limit:
        words = "the core's clock was low in a quarter of the repetitions or more"
        yield Reason(rule="V09", words=words, seen=clock, limit=limit)
    for name in e.watch_names:
        if is_counter(name):
            reason = _told_by(e, name)
            if reason is not None:
                yield reason
    for check in (_below_its_top, _not_at_its_top, _lowered, _hot, clock_below_mode):
        reason = check(e)
        if reason is not None:
            yield reason


def _throttle_unknown(e: Evidence) -> list[str]:
    missing = []
    if not any(is_counter(name) and _is_known(e, name) for name in e.watch_names):
        missing.append("no counter of throttling here")
    if e.facts.emulated or len(e.clocks_hz) < 3:
        missing.append("too few measured clocks")
    if not any(celsius(spans.ends(e.samples, name)[0]) is not None for name in e.facts.trips_c):
        missing.append("no temperature with a trip point")
    return missing


def _is_known(e: Evidence, name: str) -> bool:
    first, _ = spans.ends(e.samples, name)
    return _hexadecimal(first) is not None if name == PI_BITS else isinstance(first, int)


def _told_by(e: Evidence, name: str) -> Reason | None:
    if name == PI_BITS:
        return _pi(e)
    first, last = spans.ends(e.samples, name)
    if not isinstance(first, int):
        return None
    # it was there: its silence now must not read as "not throttled"
    if not isinstance(last, int):
        words = f"{name} could not be read any more: whether the board throttled is unknown"
        return Reason(rule="V09", words=words)
    if name.startswith(("alarm_", "cooling_")):
        most = max((v for v in spans.values(e.samples, name) if isinstance(v, int)), default=0)
        words = f"{name} was {most}: the board slowed itself down or had too little voltage"
        return Reason(rule="V09", words=words, seen=most, limit=0) if most > 0 else None
    if last <= first:
        return None
    return Reason(rule="V09", words=f"{name} rose: the board throttled", seen=last - first, limit=0)


def _pi(e: Evidence) -> Reason | None:
    """Bits 0-3 say what is, 16-19 what was since the board booted: new ones came just now."""
    bits = [_hexadecimal(value) for value in spans.values(e.samples, PI_BITS)]
    known = [value for value in bits if value is not None]
    first, last = (_hexadecimal(value) for value in spans.ends(e.samples, PI_BITS))
    if first is None:
        return None
    if last is None:
        words = "get_throttled could not be read any more: whether the board throttled is unknown"
        return Reason(rule="V09", words=words)
    seen = 0
    for value in known:
        seen |= value & PI_BITS_NOW | (value & ~first) >> 16 & PI_BITS_NOW
    names = ("undervoltage", "clock capped", "throttled", "soft temperature limit")
    words = ", ".join(word for bit, word in enumerate(names) if seen >> bit & 1)
    return Reason(rule="V09", words=f"get_throttled: {words}", seen=seen, limit=0) if seen else None


def _hexadecimal(value: object) -> int | None:
    try:
        return int(str(value), 16)
    except ValueError:
        return None


def _is_pinned(e: Evidence) -> bool:
    """Whether somebody asked for the top frequency at all times."""
    return spans.ends(e.samples, "governor") == ("performance", "performance")


def _below_its_top(e: Evidence) -> Reason | None:
    """The measured clock against what the governor `performance` promises.

    On x86 the highest frequency is a turbo nobody promises: there it is the base frequency.
    """
    name = "base_freq" if e.facts.hello.target == "x86_64" else "max_freq"
    top_khz, _ = spans.ends(e.samples, name)
    known = isinstance(top_khz, int) and top_khz > 0 and not e.facts.emulated
    if not known or not _is_pinned(e) or not e.clocks_hz:
        return None
    share = statistics.median(e.clocks_hz) / (int(str(top_khz)) * 1000)
    if share >= CLOCK_OF_MAX_LIMIT:
        return None
    words = "the measured clock is below what the governor performance promises"
    return Reason(rule="V09", words=words, seen=share, limit=CLOCK_OF_MAX_LIMIT)


def _not_at_its_top(e: Evidence) -> Reason | None:
    """The kernel's own account of the time at the highest frequency (time_in_state)."""
    top_khz, _ = spans.ends(e.samples, "max_freq")
    ticks = spans.gained(e.samples, f"top_time_{top_khz}")
    passed = spans.clock_gained(e.samples, spans.MONO)
    if ticks is None or not passed or not _is_pinned(e):
        return None
    share = (ticks + TICKS_LEAST * len(e.samples)) * spans.TICK_NS / passed
    if share >= TOP_TIME_LIMIT:
        return None
    words = "time_in_state: the core was not at its highest frequency all the time"
    return Reason(rule="V09", words=words, seen=share, limit=TOP_TIME_LIMIT)


def _lowered(e: Evidence) -> Reason | None:
    first, last = spans.ends(e.samples, "max_freq")
    if not isinstance(first, int) or not isinstance(last, int) or last >= first:
        return None
    words = "scaling_max_freq was lowered while this ran, in kHz"
    return Reason(rule="V09", words=words, seen=last, limit=first)


def _hot(e: Evidence) -> Reason | None:
    for name, trip in e.facts.trips_c.items():
        seen = [c for value in spans.values(e.samples, name) if (c := celsius(value)) is not None]
        if seen and max(seen) >= trip - TRIP_DISTANCE_C:
            words = f"{name} came within {TRIP_DISTANCE_C:g} C of the trip point at {trip:g} C"
            return Reason(rule="V09", words=words, seen=max(seen), limit=trip - TRIP_DISTANCE_C)
    return None


def governor_changed(e: Evidence) -> Found:
    """V10: another frequency governor or power mode at the end than at the start."""
    names = [n for n in e.watch_names if n == "mode" or n.partition("_")[0] == "governor"]
    pairs = {name: spans.ends(e.samples, name) for name in names}
    known = {name: pair for name, pair in pairs.items() if None not in pair}
    for name, (first, last) in known.items():
        if first != last:
            return Reason(rule="V10", words=f"{name} changed from {first} to {last}")
    above = clock_above_mode(e)
    return above or (None if known else Unknown(words="no governor can be read here"))


def disturbed(e: Evidence) -> Found:
    """V11: something else ran on this core, here or on the machine this one is a guest of."""
    # two builds in turns are compared by pairs: that others were there counts where it cost time
    checks = (_slower,) if e.takes_turns else (_slower, _stolen, _pressed, _switched)
    broken = [one for check in checks if (one := check(e))]
    if broken:
        words = "; ".join(one.words for one in broken)
        return Reason(rule="V11", words=words, seen=broken[0].seen, limit=broken[0].limit)
    missing, ratio = [], e.wall_over_cpu
    if ratio is None:
        missing.append("CPU time says nothing here")
    if spans.steal_ticks(e.samples, "cpu_work") is None:
        missing.append("no /proc/stat of this core")
    if spans.waited_us(e.samples, "pressure") is None:
        missing.append("no /proc/pressure/cpu")
    # one that speaks is enough to see a neighbour
    return Unknown(words="; ".join(missing)) if ratio is None and len(missing) > 1 else None


def _slower(e: Evidence) -> Reason | None:
    ratio = e.wall_over_cpu
    limit = DISTURBED_LIMIT if e.work.item.threads == 1 else DISTURBED_THREADS_LIMIT
    if ratio is None or ratio <= limit:
        return None
    words = "other work ran on this core: wall time above CPU time"
    return Reason(rule="V11", words=words, seen=ratio, limit=limit)


def _stolen(e: Evidence) -> Reason | None:
    threads = e.work.item.threads
    ticks = spans.steal_ticks(e.samples, "cpu_work" if threads == 1 else "cpu_all")
    passed = spans.clock_gained(e.samples, spans.MONO)
    if ticks is None or not passed or ticks < TICKS_LEAST:
        return None
    share = ticks * spans.TICK_NS / (passed * threads)
    if share <= STEAL_LIMIT:
        return None
    words = "steal: the hypervisor gave this core's time to others"
    return Reason(rule="V11", words=words, seen=share, limit=STEAL_LIMIT)


def _pressed(e: Evidence) -> Reason | None:
    waited = spans.waited_us(e.samples, "pressure")
    passed = spans.clock_gained(e.samples, spans.MONO)
    share = waited * 1000 / passed if waited is not None and passed else 0.0
    # the kernel counts every process: our own, too, and those that never met the work
    limit = PRESSURE_LIMIT if _cost_time(e) else PRESSURE_ANYWAY_LIMIT
    if share <= limit:
        return None
    words = "pressure: processes waited for a CPU"
    return Reason(rule="V11", words=words, seen=share, limit=limit)


def _cost_time(e: Evidence) -> bool:
    """Whether the work itself is known to have lost time to others."""
    ratio = e.wall_over_cpu
    return ratio is not None and ratio > COST_LIMIT


def _switched(e: Evidence) -> Reason | None:
    switches, timed_s = e.total("inv_switches"), sum(e.times("wall_ns")) / 1e9
    few = switches < SWITCHES_LEAST or switches <= SWITCHES_PER_S_LIMIT * timed_s
    if few or timed_s <= 0 or not _cost_time(e):
        return None
    words = "the work was interrupted for others too often, times a second"
    return Reason(rule="V11", words=words, seen=switches / timed_s, limit=SWITCHES_PER_S_LIMIT)


def page_faults(e: Evidence) -> Found:
    """V12: pages came from disk, or many for the first time, while timing."""
    if not any("major_faults" in s for s in e.samples):
        return Unknown(words="a program's faults are counted for its whole life only")
    faults = e.total("major_faults")
    if faults:
        return Reason(rule="V12", words="pages came from disk while timing", seen=faults, limit=0)
    minor, limit = e.total("minor_faults"), MINOR_FAULTS_LIMIT * len(e.samples)
    if minor <= limit:
        return None
    return Reason(
        rule="V12", words="memory was touched first while timing", seen=minor, limit=limit
    )


def swapped(e: Evidence) -> Found:
    """V13: the board swapped while this ran."""
    moved = [spans.gained(e.samples, name) for name in ("swap_in", "swap_out")]
    known = [pages for pages in moved if pages is not None]
    if not known:
        return Unknown(words="no /proc/vmstat here")
    if sum(known) <= 0:
        return None
    return Reason(rule="V13", words="the board swapped, in pages", seen=sum(known), limit=0)


def killed(e: Evidence) -> Found:
    """V14: the kernel killed a process for want of memory."""
    kills = spans.gained(e.samples, "oom_kill")
    if kills is None:
        return Unknown(words="this kernel does not count its OOM kills")
    words = "the kernel killed a process for want of memory"
    return Reason(rule="V14", words=words, seen=kills, limit=0) if kills > 0 else None


def company(e: Evidence) -> Found:
    """V18: other processes ran before the items began, while only the peak loops should have."""
    span = [e.state] if e.state else []
    busy, passed = spans.busy_ns(span, "cpu_all"), spans.clock_gained(span, spans.MONO)
    own = spans.clock_gained(span, spans.OWN_US)
    if busy is None or own is None or passed is None:
        return Unknown(words="no /proc/stat of the time before the start")
    if passed < OTHERS_LEAST_NS:
        return Unknown(words="no time was taken before the start")
    share = max(0.0, (busy - own * 1000) / passed)
    limit = max(OTHERS_LIMIT * e.facts.hello.cores, OTHERS_CORE_LIMIT)
    if share <= limit:
        return None
    words = "other processes used the CPU before the start, in cores"
    return Reason(rule="V18", words=words, seen=share, limit=limit)


def clock_drift(e: Evidence) -> Found:
    """V07: the clock that times all this against the raw one, and against the controller's."""
    if e.slowness is not None and abs(e.slowness) > PACE_LIMIT:
        words = "the board's clock does not go as fast as the controller's"
        return Reason(rule="V07", words=words, seen=e.slowness, limit=PACE_LIMIT)
    mono, raw = (spans.clock_gained(e.samples, which) for which in (spans.MONO, spans.RAW))
    if not mono or not raw:
        return Unknown(words="no CLOCK_MONOTONIC_RAW to hold the clock against")
    drift = abs(mono - raw)
    if drift <= DRIFT_LIMIT * raw + DRIFT_SLACK_NS * len(e.samples):
        return None
    words = "CLOCK_MONOTONIC was steered: it drifts from the raw clock"
    return Reason(rule="V07", words=words, seen=drift / raw, limit=DRIFT_LIMIT)


def wall_clock(e: Evidence) -> Found:
    """V26: the wall clock jumped: nothing of ours reads it, a program's own timing may."""
    jumps = [jump for s in e.samples if (jump := _jump_us(s)) is not None]
    if not jumps:
        return Unknown(words="the wall clock was not read")
    worst = max(jumps, key=abs)
    if not worst:
        return None
    seen_s = worst / 1e6
    if e.work.timed_by:
        words = f"the wall clock jumped, and the times are those of {e.work.timed_by}"
        return Reason(rule="V26", words=words, seen=seen_s, limit=JUMP_LIMIT_US / 1e6)
    words = "the wall clock jumped, in s; these times are by CLOCK_MONOTONIC"
    return Noted(words=words, seen=seen_s, limit=JUMP_LIMIT_US / 1e6)


def _jump_us(sample: spans.Payload) -> int | None:
    """Return by how much the wall clock ran away in one repetition; 0 for what steering does."""
    real = spans.clock_gained([sample], spans.REAL_US)
    mono = spans.clock_gained([sample], spans.MONO)
    if real is None or mono is None:
        return None
    away = real - mono // 1000
    return away if abs(away) > JUMP_LIMIT_US + JUMP_SHARE * mono / 1000 else 0


CONDITIONS: dict[str, Seen] = {
    "V07": clock_drift,
    "V09": throttled,
    "V10": governor_changed,
    "V11": disturbed,
    "V12": page_faults,
    "V13": swapped,
    "V14": killed,
    "V18": company,
    "V26": wall_clock,
}
