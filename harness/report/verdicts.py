"""What each status looks like and what its number may be used for; sets no status itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.records.measurement import Measurement, Reason, Status
from harness.records.rules import bars_ranking, is_believed, spoken


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A status as text, as a shape (the id of an SVG symbol) and in words."""

    status: str
    shape: str
    words: str


MARKS = {
    Status.OK: Mark(status="OK", shape="disc", words="right output, quiet conditions"),
    Status.SUSPECT: Mark(
        status="SUSPECT", shape="ring", words="right output, but the conditions were not"
    ),
    Status.INVALID: Mark(
        status="INVALID", shape="cross", words="the number cannot be believed; not shown"
    ),
    Status.FAILED: Mark(status="FAILED", shape="triangle", words="the workload itself broke"),
    Status.TIMEOUT: Mark(status="TIMEOUT", shape="hourglass", words="its deadline passed"),
    Status.INFRA: Mark(status="INFRA", shape="diamond", words="board or link, not the workload"),
    Status.SKIPPED: Mark(status="SKIPPED", shape="dash", words="not possible on this board"),
}

SUSPECT_WIDEN = 2.0  # a disturbed item's interval says less than it seems


def has_number(m: Measurement) -> bool:
    """Whether a value may be shown as a number beside others."""
    return is_believed(m.status) and m.latency_ns is not None


def may_rank(m: Measurement) -> bool:
    """Whether the item may hold a place among others; emulated boards never do."""
    broken = any(bars_ranking(r.rule) for r in m.reasons)
    return has_number(m) and not m.emulated and not broken


def first_reason(m: Measurement) -> str:
    """Return the first reason as `V11 words`, or nothing."""
    return spoken(m.reasons[0]) if m.reasons else ""


def all_reasons(reasons: Sequence[Reason]) -> str:
    """Return all reasons in one line."""
    return "; ".join(spoken(r) for r in reasons)
