"""What breaking each verdict rule means: the one table that session, report and gate read.

How a rule is evaluated stands in `session.rules`; the codes are the field's V01..V28.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.measurement import Measurement, Reason, Status


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule's verdict, what an item that broke it is barred from, and what to tell people."""

    code: str
    verdict: Status
    bars_ranking: bool  # only where the number cannot be trusted; a disturbed one stays, marked
    bars_gate: bool
    bars_publication: bool
    meaning: str  # what is wrong where it is broken
    limit: str
    needs: str  # what must be there, else the item carries it as unknown


def _rule(code: str, verdict: Status, bars: str, meaning: str, limit: str, needs: str) -> Rule:
    """`bars` holds r (ranking), g (gate), p (publication)."""
    return Rule(
        code=code,
        verdict=verdict,
        bars_ranking="r" in bars,
        bars_gate="g" in bars,
        bars_publication="p" in bars,
        meaning=meaning,
        limit=limit,
        needs=needs,
    )


_ALWAYS = "nothing: always"
_HELLO = "the worker's own hello"
RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        _rule(
            "V01",
            Status.INVALID,
            "rgp",
            "wrong output, before or after timing",
            "bit-exact; a stated tolerance for floats",
            _ALWAYS,
        ),
        _rule(
            "V02",
            Status.INVALID,
            "rgp",
            "inputs of another seed or run than the controller's",
            "equal",
            _HELLO,
        ),
        _rule(
            "V04",
            Status.INVALID,
            "rgp",
            "faster than the board's own peak, or than any core of today",
            "1.05 x the measured peak",
            "a CPU, or a peak; not emulated",
        ),
        _rule(
            "V07",
            Status.INVALID,
            "rgp",
            "a clock that counts timer interrupts, drifts, or goes at another pace than the "
            "controller's",
            "step 1 us; 1,000 ppm of CLOCK_MONOTONIC_RAW; 2 % of the controller over 10 s",
            "CLOCK_MONOTONIC_RAW; for the pace a worker that was followed from its start for 10 s",
        ),
        _rule(
            "V08",
            Status.INVALID,
            "rgp",
            "the board rebooted in the middle of the item",
            "one boot id",
            _ALWAYS,
        ),
        _rule(
            "V15",
            Status.INVALID,
            "rgp",
            "another board answered than the one that was looked at; emulated ones are "
            "labelled, a board that contradicts itself is labelled emulated, too",
            "same target, machine, CPU and memory",
            _HELLO,
        ),
        _rule(
            "V16",
            Status.INVALID,
            "rgp",
            "another kernel variant ran than was asked for, or several",
            "the same name",
            _ALWAYS,
        ),
        _rule(
            "V20_gap",
            Status.INVALID,
            "rgp",
            "a repetition is missing or came twice",
            "0, 1, 2, ...",
            _ALWAYS,
        ),
        _rule(
            "V22",
            Status.INVALID,
            "rgp",
            "a time that is not positive, or below the clock's step",
            "> 0",
            _ALWAYS,
        ),
        _rule(
            "V23",
            Status.INVALID,
            "rgp",
            "another device did the work than was asked (silent fall-back)",
            "none elsewhere",
            "a runtime that reads back where it ran",
        ),
        _rule(
            "V24",
            Status.INVALID,
            "rgp",
            "another network, other weights or another shape than planned",
            "the same hash",
            _ALWAYS,
        ),
        _rule(
            "V25",
            Status.INVALID,
            "rgp",
            "frames without a verified close, or with values that cannot be",
            "count, sha256, bounds",
            _ALWAYS,
        ),
        _rule(
            "V26",
            Status.INVALID,
            "rgp",
            "timed by a wall clock that jumped; where ours times, a jump is only noted",
            "10 ms and 1,000 ppm",
            "snapshots of the clocks around each repetition",
        ),
        _rule("V27", Status.FAILED, "rgp", "no sample was left", "1", _ALWAYS),
        _rule(
            "V28",
            Status.INVALID,
            "rgp",
            "another precision was executed than asked for",
            "the same word",
            "a runtime that reads back what it executed",
        ),
        _rule(
            "V03",
            Status.SUSPECT,
            "rgp",
            "slower with other inputs: results may be remembered",
            "> 10 % in every repetition",
            "our own loop around a kernel; 2 repetitions; samples below 0.1 s",
        ),
        _rule(
            "V05",
            Status.SUSPECT,
            "rgp",
            "time does not grow with the work",
            "t(2n)/t(n) outside 1.9..2.1 in every repetition",
            "our own loop; 2 repetitions; samples below 0.1 s",
        ),
        _rule(
            "V06",
            Status.SUSPECT,
            "rgp",
            "samples too short for the clock",
            "1,000 steps, half of the wanted length",
            _ALWAYS,
        ),
        _rule(
            "V09",
            Status.SUSPECT,
            "gp",
            "throttled: a counter or alarm, the clock, time_in_state, a cooling device, heat "
            "near its trip point, the bits of a Raspberry Pi",
            "rise > 0; clock < 95 % of its upper quartile (x86 with its turbo: 90 %), < 97 % of "
            "its top under `performance`; top frequency < 95 % of the time; 3 C",
            "a throttle counter, 3 measured clocks, a temperature with a trip point",
        ),
        _rule(
            "V10",
            Status.SUSPECT,
            "gp",
            "another governor or power mode at the end",
            "the same word",
            "cpufreq, or nvpmodel",
        ),
        _rule(
            "V11",
            Status.SUSPECT,
            "gp",
            "other work: on this core, on the host of a guest, or waiting for a CPU",
            "wall/CPU 1.05 (threads 1.10); steal 1 %; pressure 25 %; where the work lost 1 % of its"
            " time: pressure 5 %, 100 involuntary switches/s",
            "CPU time of the samples, /proc/stat or /proc/pressure/cpu",
        ),
        _rule(
            "V12",
            Status.SUSPECT,
            "gp",
            "pages came from disk, or many were touched first, while timing",
            "0 major; 100 minor a repetition",
            "our own process",
        ),
        _rule("V13", Status.SUSPECT, "gp", "the board swapped", "0 pages", "/proc/vmstat"),
        _rule(
            "V14",
            Status.SUSPECT,
            "gp",
            "the kernel killed a process for want of memory",
            "0",
            "oom_kill in /proc/vmstat (Linux 4.13)",
        ),
        _rule(
            "V17",
            Status.SUSPECT,
            "rgp",
            "other cores than asked for",
            "the same mask in all repetitions",
            "an affinity that was read back",
        ),
        _rule(
            "V18",
            Status.SUSPECT,
            "gp",
            "other processes used the CPU before the start",
            "5 % of all cores, at least 0.15 of one",
            "/proc/stat; the peak loops, beside which it is counted",
        ),
        _rule(
            "V19",
            Status.SUSPECT,
            "gp",
            "fresh processes disagree, or run at one of two speeds",
            "10 % coefficient of variation, or between the speeds",
            "2 repetitions, for two speeds 5",
        ),
        _rule("V20", Status.SUSPECT, "gp", "few repetitions", "the protocol's minimum", _ALWAYS),
        _rule(
            "V21",
            Status.SUSPECT,
            "rgp",
            "the energy entry cannot be believed (it alone, not the times)",
            "10 readings; net > 0; gaps; plausible watts",
            "a sensor",
        ),
        _rule(
            "no_steady_state",
            Status.SUSPECT,
            "gp",
            "no steady state in most repetitions",
            "half of them",
            "8 samples",
        ),
        _rule(
            "imprecise",
            Status.SUSPECT,
            "p",
            "the interval is wider than the protocol wants",
            "its `precision`",
            "2 repetitions",
        ),
        _rule(
            "partial",
            Status.SUSPECT,
            "gp",
            "cut short; `harness resume` may bring the rest",
            "all repetitions",
            _ALWAYS,
        ),
    )
}


def bars_ranking(code: str) -> bool:
    """Say whether a broken rule keeps an item out of rankings; unknown codes never do."""
    rule = RULES.get(code)
    return rule is not None and rule.bars_ranking


# codes that say no more than the item's status, or than the words behind them
_STATUS_CODES = frozenset({"skip", "infra", "failed", "timeout", "stopped"})
_SAID_BY_WORDS = frozenset({"not resolved", "indicative", "idle", "idle drift"})


def code_shown(code: str) -> str:
    """Return a reason's code, or nothing where it only repeats the status or its own words."""
    return "" if code in _STATUS_CODES | _SAID_BY_WORDS else code


def spoken(reason: Reason) -> str:
    """Return `V11 words`, or the words alone where the code only repeats the status."""
    return " ".join(part for part in (code_shown(reason.rule), reason.words) if part)


def is_open(row: Measurement) -> bool:
    """Say whether an item may be tried again: its row tells of board or link, not of the work."""
    infra = row.status is Status.INFRA
    return infra or any(reason.rule == "partial" for reason in row.reasons)


def is_believed(status: Status) -> bool:
    """Say whether a number with this verdict may be shown as a number: OK and SUSPECT only."""
    return status in {Status.OK, Status.SUSPECT}
