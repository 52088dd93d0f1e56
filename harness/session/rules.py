"""How each verdict rule is evaluated; what breaking it means stands in `records.rules`.

A rule sees an item's evidence and returns a reason when it is broken; a sensor or counter that
is not there breaks no rule (its absence is recorded with the board, it never reads "fine").
"""

from __future__ import annotations

from collections.abc import Callable

from harness.records.measurement import Reason, Status
from harness.records.rules import RULES
from harness.session.evidence import Evidence
from harness.session.sanity import words_of

MIN_SAMPLE_NS = 1_000_000
CLOCK_STEPS_PER_SAMPLE = 1_000
PEAK_LIMIT = 1.05
DISTURBED_LIMIT = 1.05
DISTURBED_THREADS_LIMIT = 1.10  # ticks at both ends of a repetition are in it
CLOCK_DROP_LIMIT = 0.95
SPREAD_LIMIT = 0.10
COARSE_CLOCKS = ("jiffies", "refined-jiffies")

Seen = Callable[[Evidence], Reason | None]


def wrong_output(e: Evidence) -> Reason | None:
    """V01: the output of the timed code differs from the truth, before or after timing."""
    for s in e.samples:
        if not (s.get("check_before") and s.get("check_after")):
            when = "before" if not s.get("check_before") else "after"
            words = words_of(s, "check_detail") or "output differs from the reference"
            return Reason(rule="V01", words=f"wrong output {when} timing: {words}")
    if any(w.get("check") is not True for w in e.windows):
        return Reason(rule="V01", words="wrong output in an energy window")
    return None


def above_peak(e: Evidence) -> Reason | None:
    """V04: faster than the board's own peak, or than any core. Emulated clocks prove nothing."""
    if e.facts.emulated:
        return None
    share = e.computing_share
    if share is not None and share > PEAK_LIMIT:
        words = "faster than this board's own peak: the work cannot have been done"
        return Reason(rule="V04", words=words, seen=share, limit=PEAK_LIMIT)
    if e.latency is not None and e.latency.p25 < e.least_ns:
        words = "faster than any CPU of today, in ns: the work cannot have been done"
        return Reason(rule="V04", words=words, seen=e.latency.p25, limit=e.least_ns)
    return None


def short_samples(e: Evidence) -> Reason | None:
    """V06: a timed region too short for the clock."""
    step = e.facts.hello.clock_step_ns
    limit = max(
        min(MIN_SAMPLE_NS, e.protocol.sample_min_ms * 1e6) * 0.5, CLOCK_STEPS_PER_SAMPLE * step
    )
    shortest = min(e.times("wall_ns"), default=0)
    if not shortest or shortest >= limit:
        return None
    return Reason(rule="V06", words="samples too short for the clock", seen=shortest, limit=limit)


def coarse_clock(e: Evidence) -> Reason | None:
    """V07: a clock source that counts timer interrupts."""
    source = e.facts.hello.clock_source
    if source not in COARSE_CLOCKS and e.facts.hello.clock_step_ns <= 1_000:
        return None
    words = f"clock source {source} cannot time this"
    return Reason(rule="V07", words=words, seen=e.facts.hello.clock_step_ns, limit=1_000)


def rebooted(e: Evidence) -> Reason | None:
    """V08: the board booted while the item ran."""
    if len(e.boot_ids) <= 1:
        return None
    return Reason(
        rule="V08", words="the board rebooted while this ran", seen=len(e.boot_ids), limit=1
    )


def throttled(e: Evidence) -> Reason | None:
    """V09: the measured clock fell, or a throttle counter rose or went away."""
    clock = None if e.facts.emulated else e.slow_clock
    if clock is not None and clock < CLOCK_DROP_LIMIT:
        words = "the core's clock was low in a quarter of the repetitions or more"
        return Reason(rule="V09", words=words, seen=clock, limit=CLOCK_DROP_LIMIT)
    counters = (name for name in e.watch_names if name.startswith("throttle"))
    return next((reason for name in counters if (reason := _risen(e, name))), None)


def _risen(e: Evidence, name: str) -> Reason | None:
    first = e.samples[0].get("watch_before", {}).get(name)
    last = e.samples[-1].get("watch_after", {}).get(name)
    if not isinstance(first, int):
        return None
    # it was there: its silence now must not read as "not throttled"
    if not isinstance(last, int):
        words = f"{name} could not be read any more: whether the board throttled is unknown"
        return Reason(rule="V09", words=words)
    if last <= first:
        return None
    words = f"{name} rose: the board throttled"
    return Reason(rule="V09", words=words, seen=last - first, limit=0)


def governor_changed(e: Evidence) -> Reason | None:
    """V10: another frequency governor at the end than at the start."""
    pair = e.watched("governor")
    if pair is None or pair[0] == pair[1]:
        return None
    return Reason(rule="V10", words=f"governor changed from {pair[0]} to {pair[1]}")


def disturbed(e: Evidence) -> Reason | None:
    """V11: wall time well above CPU time: something else ran on this core."""
    ratio = e.wall_over_cpu
    limit = DISTURBED_LIMIT if e.work.item.threads == 1 else DISTURBED_THREADS_LIMIT
    if ratio is None or ratio <= limit:
        return None
    words = "other work ran on this core: wall time above CPU time"
    return Reason(rule="V11", words=words, seen=ratio, limit=limit)


def page_faults(e: Evidence) -> Reason | None:
    """V12: pages were read from disk while timing."""
    faults = e.total("major_faults")
    if not faults:
        return None
    return Reason(rule="V12", words="pages came from disk while timing", seen=faults, limit=0)


def other_variant(e: Evidence) -> Reason | None:
    """V16: another kernel variant ran than was asked for, or several did."""
    ran = {str(s.get("variant", "")) for s in e.samples}
    asked = e.work.item.variant
    if len(ran) == 1 and (not asked or ran == {asked}):
        return None
    return Reason(
        rule="V16", words=f"asked for {asked or 'one variant'}, ran {', '.join(sorted(ran))}"
    )


def other_cores(e: Evidence) -> Reason | None:
    """V17: more cores were used than asked for, or the affinity changed."""
    masks = {str(s.get("cpu_mask", "")) for s in e.samples}
    if e.work.item.threads != 1 or e.work.item.cores != "1":
        return None
    wide = [m for m in masks if m.startswith("0x") and int(m, 16).bit_count() != 1]
    if not wide:
        return None
    return Reason(rule="V17", words=f"one core was asked for, affinity was {wide[0]}")


def scattered(e: Evidence) -> Reason | None:
    """V19: fresh processes disagree by more than 10 %."""
    spread = e.spread_of_repetitions
    if spread is None or spread <= SPREAD_LIMIT:
        return None
    words = "fresh processes disagree with each other"
    return Reason(rule="V19", words=words, seen=spread, limit=SPREAD_LIMIT)


def few_samples(e: Evidence) -> Reason | None:
    """V20: fewer repetitions than the protocol's minimum."""
    if len(e.samples) >= e.protocol.repetitions_min:
        return None
    words = f"stopped early ({e.closing.get('stop', 'unknown')}): few repetitions"
    return Reason(rule="V20", words=words, seen=len(e.samples), limit=e.protocol.repetitions_min)


def impossible_time(e: Evidence) -> Reason | None:
    """V22: a duration that is not positive, or that the clock cannot show."""
    worst, step = min(e.times("wall_ns"), default=1), e.facts.hello.clock_step_ns
    if worst <= 0:
        return Reason(rule="V22", words="a duration is zero or negative", seen=worst, limit=0)
    if e.times("wall_ns") and worst < step:
        words = "a duration is less than one step of the clock, in ns"
        return Reason(rule="V22", words=words, seen=worst, limit=step)
    return None


def broken_frames(e: Evidence) -> Reason | None:
    """V25: frames came that no verified close covers."""
    return Reason(rule="V25", words=e.broken) if e.broken else None


def other_precision(e: Evidence) -> Reason | None:
    """V28: what was executed is not what was asked for (silent fall-back)."""
    executed = {str(s.get("executed") or "what nobody read back") for s in e.samples}
    wanted = e.work.precision_executed
    if e.work.item.runtime == "native" or executed <= {wanted}:
        return None
    return Reason(rule="V28", words=f"asked for {wanted}, executed {', '.join(sorted(executed))}")


def unsteady(e: Evidence) -> Reason | None:
    """no_steady_state: warm-up reached its cap in most repetitions."""
    restless = sum(1 for s in e.samples if s.get("steady") is False)
    if 2 * restless <= len(e.samples):
        return None
    words = "no steady state in most repetitions"
    return Reason(rule="no_steady_state", words=words, seen=restless, limit=len(e.samples) / 2)


def imprecise(e: Evidence) -> Reason | None:
    """imprecise: the interval is wider than the protocol wanted."""
    if e.half_width is None or e.half_width <= e.protocol.precision:
        return None
    words = "interval wider than the protocol's aim"
    return Reason(rule="imprecise", words=words, seen=e.half_width, limit=e.protocol.precision)


CHECKS: dict[str, Seen] = {
    "V01": wrong_output,
    "V04": above_peak,
    "V07": coarse_clock,
    "V08": rebooted,
    "V16": other_variant,
    "V22": impossible_time,
    "V25": broken_frames,
    "V28": other_precision,
    "V06": short_samples,
    "V09": throttled,
    "V10": governor_changed,
    "V11": disturbed,
    "V12": page_faults,
    "V17": other_cores,
    "V19": scattered,
    "V20": few_samples,
    "no_steady_state": unsteady,
    "imprecise": imprecise,
}


def verdict(evidence: Evidence) -> tuple[Status, tuple[Reason, ...]]:
    """Apply every rule: the worst verdict, and all reasons in the table's order."""
    broken = {code: r for code, check in CHECKS.items() if (r := check(evidence)) is not None}
    verdicts = {RULES[code].verdict for code in broken}
    worst = Status.INVALID if Status.INVALID in verdicts else Status.SUSPECT
    return worst if broken else Status.OK, tuple(broken.values())
