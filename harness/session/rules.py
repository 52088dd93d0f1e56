"""How each verdict rule is evaluated; what breaking it means stands in `records.rules`.

A rule sees an item's evidence and returns a reason when it is broken; where a sensor or counter is
not there it is Unknown, which stands beside the item and never reads "fine". Here are the rules
about the work and its numbers; those about the board's state are in `session.conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.measurement import Reason, Status
from harness.records.rules import RULES
from harness.records.scenario import long_run
from harness.session.conditions import CONDITIONS, DISTURBED_THREADS_LIMIT
from harness.session.evidence import Evidence
from harness.session.finding import Found, Noted, Seen, Unknown, not_timed_by_us
from harness.session.sanity import words_of

MIN_SAMPLE_NS = 1_000_000
CLOCK_STEPS_PER_SAMPLE = 1_000
PEAK_LIMIT = 1.05
SPREAD_LIMIT = 0.10
COARSE_CLOCKS = ("jiffies", "refined-jiffies")
DOUBLE_LOW, DOUBLE_HIGH = 1.9, 2.1
FRESH_LIMIT = 1.10
LOOPS_LEAST = 2  # repetitions that must all say so
MEMORY_RATIO = 1.25  # a guest's memory may breathe a little, a board's does not


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


def above_peak(e: Evidence) -> Found:
    """V04: faster than the board's own peak, or than any core. Emulated clocks prove nothing."""
    if e.facts.emulated:
        return Unknown(words="an emulated board's clock proves nothing")
    share = e.computing_share
    if share is not None and share > PEAK_LIMIT:
        words = "faster than this board's own peak: the work cannot have been done"
        return Reason(rule="V04", words=words, seen=share, limit=PEAK_LIMIT)
    if e.latency is not None and e.latency.p25 < e.least_ns:
        words = "faster than any CPU of today, in ns: the work cannot have been done"
        return Reason(rule="V04", words=words, seen=e.latency.p25, limit=e.least_ns)
    if share is None and not e.least_ns:
        return Unknown(words="nothing is known of what this device could do at most")
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


def bad_clock(e: Evidence) -> Found:
    """V07: a clock source that counts timer interrupts, or one that drifts."""
    source = e.facts.hello.clock_source
    if source not in COARSE_CLOCKS and e.facts.hello.clock_step_ns <= 1_000:
        return CONDITIONS["V07"](e)
    words = f"clock source {source} cannot time this"
    return Reason(rule="V07", words=words, seen=e.facts.hello.clock_step_ns, limit=1_000)


def rebooted(e: Evidence) -> Reason | None:
    """V08: the board booted while the item ran."""
    if len(e.boot_ids) <= 1:
        return None
    return Reason(
        rule="V08", words="the board rebooted while this ran", seen=len(e.boot_ids), limit=1
    )


def other_variant(e: Evidence) -> Reason | None:
    """V16: another kernel variant ran than was asked for, or several did."""
    ran = {str(s.get("variant", "")) for s in e.samples}
    asked = e.work.item.variant
    if len(ran) == 1 and (not asked or ran == {asked}):
        return None
    return Reason(
        rule="V16", words=f"asked for {asked or 'one variant'}, ran {', '.join(sorted(ran))}"
    )


def other_cores(e: Evidence) -> Found:
    """V17: other cores than asked for were used, or the affinity changed."""
    masks = sorted({str(s.get("cpu_mask") or "") for s in e.samples})
    if not any(masks):
        return Unknown(words="nobody read back which cores were used")
    if len(masks) > 1:
        return Reason(rule="V17", words=f"the cores changed: {', '.join(masks)}")
    used, cores = int(masks[0], 16), e.work.item.cores
    if cores in {"1", "all"}:
        wanted = 1 if cores == "1" else e.facts.hello.cores
        good, asked = used.bit_count() == wanted, f"{wanted} of them"
    else:
        mask = _mask(e.facts.cpu_list(cores))
        good, asked = used == mask, hex(mask)
    words = f"cores {cores} were asked for ({asked}), affinity was {masks[0]}"
    return None if good else Reason(rule="V17", words=words)


def _mask(cpus: str) -> int:
    """`0,2-3` -> 0b1101."""
    mask = 0
    for part in cpus.split(","):
        first, _, last = part.partition("-")
        for cpu in range(int(first or 0), int(last or first or 0) + 1):
            mask |= 1 << cpu
    return mask


def other_seed(e: Evidence) -> Found:
    """V02: the worker filled its inputs from another seed than it was given, or in another run."""
    if e.hello is None or "seed" not in e.hello:
        return Unknown(words="the worker's own hello did not come")
    seed, run = e.hello["seed"], e.hello.get("run")
    if seed == e.seed and run == e.run:
        return None
    words = f"asked for seed {e.seed} in {e.run}, the worker told of {seed!r} in {run!r}"
    return Reason(rule="V02", words=words[:300])


def cached(e: Evidence) -> Found:
    """V03: other inputs take longer than the same ones again, in every repetition."""
    ratios = e.loops("fresh_ns")
    if len(ratios) < LOOPS_LEAST or _waited(e):
        return Unknown(words=_no_loops(e))
    if min(ratios) <= FRESH_LIMIT:
        return None
    words = "with other inputs it took longer: results may be remembered"
    return Reason(rule="V03", words=words, seen=min(ratios), limit=FRESH_LIMIT)


def not_linear(e: Evidence) -> Found:
    """V05: twice the loop does not take twice as long, in any repetition."""
    ratios = e.loops("double_ns")
    if len(ratios) < LOOPS_LEAST or _waited(e):
        return Unknown(words=_no_loops(e))
    words = "twice the loop does not take twice as long"
    if min(ratios) > DOUBLE_HIGH:
        return Reason(rule="V05", words=words, seen=min(ratios), limit=DOUBLE_HIGH)
    if max(ratios) < DOUBLE_LOW:
        return Reason(rule="V05", words=words, seen=max(ratios), limit=DOUBLE_LOW)
    return None


def _no_loops(e: Evidence) -> str:
    if not_timed_by_us(e):
        return "the loop is not ours"
    if _waited(e):
        return "threads waited for a CPU: their wall time tells nothing of the loop"
    return "too few repetitions, samples of 0.1 s and more, or inputs that cannot be changed"


def _waited(e: Evidence) -> bool:
    """Whether several threads, which are timed by wall time, lost theirs to others (V11)."""
    ratio = e.wall_over_cpu if e.work.item.threads > 1 else None
    return ratio is not None and ratio > DISTURBED_THREADS_LIMIT


def another_board(e: Evidence) -> Found:
    """V15: the worker ran on another board than the one that was looked at before."""
    if e.hello is None:
        return Unknown(words="the worker's own hello did not come")
    known = e.facts.hello
    pairs = {
        name: (getattr(known, name), e.hello.get(name))
        for name in ("target", "machine", "cpu_model", "memory_bytes")
    }
    for name, (first, now) in pairs.items():
        if first != now and not _is_about(first, now):
            words = f"another board answered: its {name} was {first!r}, and is {now!r}"
            return Reason(rule="V15", words=words[:300])
    return None


def _is_about(first: object, now: object) -> bool:
    if not isinstance(first, int) or not isinstance(now, int):
        return False
    return max(first, now) <= MEMORY_RATIO * min(first, now)


def scattered(e: Evidence) -> Reason | None:
    """V19: fresh processes disagree by more than 10 %, or run at one of two speeds so far apart."""
    spread, apart = e.spread_of_repetitions, e.two_speeds
    if spread is not None and spread > SPREAD_LIMIT:
        words = "fresh processes disagree with each other"
        return Reason(rule="V19", words=words, seen=spread, limit=SPREAD_LIMIT)
    if apart is not None and apart > SPREAD_LIMIT:
        words = "fresh processes run at one of two speeds"
        return Reason(rule="V19", words=words, seen=apart, limit=SPREAD_LIMIT)
    return None


def few_samples(e: Evidence) -> Reason | None:
    """V20: fewer repetitions than the protocol's minimum."""
    if len(e.samples) >= e.protocol.repetitions_min:
        return None
    words = f"stopped early ({e.closing.get('stop', 'unknown')}): few repetitions"
    return Reason(rule="V20", words=words, seen=len(e.samples), limit=e.protocol.repetitions_min)


def missing_repetition(e: Evidence) -> Reason | None:
    """V20_gap: a repetition between the first and the last never came."""
    numbers = [int(s.get("rep") or 0) for s in e.samples]
    if not e.closing or numbers == list(range(len(numbers))):
        return None
    words = "repetitions are missing, or came twice"
    return Reason(rule="V20_gap", words=words, seen=len(numbers), limit=max(numbers, default=0) + 1)


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


def fell_back(e: Evidence) -> Found:
    """V23: asked of one device, executed on another (a runtime writes `precision@where`)."""
    if not not_timed_by_us(e):
        return None
    where = {str(s.get("executed") or "").partition("@")[2] for s in e.samples} - {""}
    wanted = e.work.precision_executed.partition("@")[2]
    if not where - {wanted}:
        return None
    words = f"asked of {e.work.item.device}, executed on {', '.join(sorted(where))}"
    return Reason(rule="V23", words=words)


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
    "V02": other_seed,
    "V04": above_peak,
    "V07": bad_clock,
    "V08": rebooted,
    "V15": another_board,
    "V16": other_variant,
    "V20_gap": missing_repetition,
    "V22": impossible_time,
    "V23": fell_back,
    "V25": broken_frames,
    "V26": CONDITIONS["V26"],
    "V28": other_precision,
    "V03": cached,
    "V05": not_linear,
    "V06": short_samples,
    **{code: check for code, check in CONDITIONS.items() if code not in {"V07", "V26"}},
    "V17": other_cores,
    "V19": scattered,
    "V20": few_samples,
    "no_steady_state": unsteady,
    "imprecise": imprecise,
}


# A long run is one process that is asked how its speed changes: neither repetitions nor steadiness
# can be asked of it. Its samples are whole seconds, or the single inferences that a pace leaves.
_ROUNDS_ONLY = frozenset(
    {"V03", "V05", "V06", "V19", "V20", "V20_gap", "no_steady_state", "imprecise"}
)


def _asked(evidence: Evidence) -> frozenset[str]:
    """The rules that the item's scenario leaves in force."""
    asked = long_run(evidence.work.item.scenario)
    if asked is None:
        return frozenset(CHECKS)
    more = set()
    if not asked.is_periodic:
        more = {"V09"}  # throttling is what a sustained run finds out, and no fault of the number
    elif evidence.work.item.threads > 1:
        more = {"V11"}  # threads that slept between two ticks wake one after the other
    return frozenset(CHECKS) - _ROUNDS_ONLY - more


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all rules together say of one item; each list in the table's order."""

    status: Status
    reasons: tuple[Reason, ...]
    unknown: tuple[Reason, ...]  # rules that could not be evaluated
    notes: tuple[Reason, ...]  # what was seen and spoils nothing


def verdict(evidence: Evidence) -> Verdict:
    """Apply every rule; the worst of the broken ones is the status."""
    asked = _asked(evidence)
    found = {code: check(evidence) for code, check in CHECKS.items() if code in asked}
    broken = {code: one for code, one in found.items() if isinstance(one, Reason)}
    verdicts = {RULES[code].verdict for code in broken}
    worst = Status.INVALID if Status.INVALID in verdicts else Status.SUSPECT
    return Verdict(
        status=worst if broken else Status.OK,
        reasons=tuple(broken.values()),
        unknown=tuple(
            Reason(rule=code, words=one.words)
            for code, one in found.items()
            if isinstance(one, Unknown)
        ),
        notes=tuple(
            Reason(rule=code, words=one.words, seen=one.seen, limit=one.limit)
            for code, one in found.items()
            if isinstance(one, Noted)
        ),
    )
