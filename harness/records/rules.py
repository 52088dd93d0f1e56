"""What breaking each verdict rule means: the one table that session, report and gate read.

How a rule is evaluated stands in `session.rules`; the codes are the field's V01..V28.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.measurement import Measurement, Reason, Status


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule's verdict, and what an item that broke it is barred from."""

    code: str
    verdict: Status
    bars_ranking: bool  # only where the number cannot be trusted; a disturbed one stays, marked
    bars_gate: bool
    bars_publication: bool


def _rule(code: str, verdict: Status, bars: str) -> Rule:
    """`bars` holds r (ranking), g (gate), p (publication)."""
    return Rule(
        code=code,
        verdict=verdict,
        bars_ranking="r" in bars,
        bars_gate="g" in bars,
        bars_publication="p" in bars,
    )


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        _rule("V01", Status.INVALID, "rgp"),  # wrong output
        _rule("V04", Status.INVALID, "rgp"),  # above the board's own peak
        _rule("V07", Status.INVALID, "rgp"),  # a clock that counts timer interrupts
        _rule("V08", Status.INVALID, "rgp"),  # rebooted
        _rule("V16", Status.INVALID, "rgp"),  # another variant ran
        _rule("V22", Status.INVALID, "rgp"),  # a time that cannot be
        _rule("V25", Status.INVALID, "rgp"),  # frames without a verified close
        _rule("V28", Status.INVALID, "rgp"),  # another precision or provider was executed
        _rule("V06", Status.SUSPECT, "rgp"),  # samples too short for the clock
        _rule("V09", Status.SUSPECT, "gp"),  # throttled
        _rule("V10", Status.SUSPECT, "gp"),  # another governor at the end
        _rule("V11", Status.SUSPECT, "gp"),  # other work on this core
        _rule("V12", Status.SUSPECT, "gp"),  # pages came from disk
        _rule("V17", Status.SUSPECT, "rgp"),  # other cores than asked for
        _rule("V19", Status.SUSPECT, "gp"),  # fresh processes disagree
        _rule("V20", Status.SUSPECT, "gp"),  # few repetitions
        _rule("no_steady_state", Status.SUSPECT, "gp"),
        _rule("imprecise", Status.SUSPECT, "p"),
        _rule("partial", Status.SUSPECT, "gp"),  # cut short; `harness resume` may bring the rest
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
