"""What is not OK and what is not there: reasons by rule, skips by cause; nothing is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.records.measurement import Reason, Status
from harness.records.rules import code_shown
from harness.report.context import Complaint, Skips
from harness.report.rows import Shown
from harness.report.verdicts import MARKS

_ORDER = (Status.INVALID, Status.FAILED, Status.TIMEOUT, Status.INFRA, Status.SUSPECT, Status.OK)


def complaints(rows: Sequence[Shown]) -> tuple[Complaint, ...]:
    """Return every reason of every item but skips, worst status first; energy's own included."""
    found: dict[tuple[Status, str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.m.status is Status.SKIPPED:
            continue
        for reason in row.m.reasons:
            line = f"{row.board}: {row.label}{_seen(reason)}"
            found[row.m.status, reason.rule, reason.words].append(line)
        for energy in row.m.energy:
            for reason in energy.reasons:
                line = f"{row.board}: {row.label}, energy of {energy.source} only{_seen(reason)}"
                found[energy.status, reason.rule, reason.words].append(line)
    ordered = sorted(found.items(), key=lambda entry: (_ORDER.index(entry[0][0]), entry[0][1]))
    return tuple(
        Complaint(rule=code_shown(rule), words=said, mark=MARKS[status], items=tuple(lines))
        for (status, rule, said), lines in ordered
    )


def _seen(reason: Reason) -> str:
    parts = []
    if reason.seen is not None:
        parts.append(f"seen {reason.seen:.4g}")
    if reason.limit is not None:
        parts.append(f"limit {reason.limit:.4g}")
    return f" ({', '.join(parts)})" if parts else ""


def skips(rows: Sequence[Shown]) -> tuple[Skips, ...]:
    """Return skipped items by board and reason."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.m.status is Status.SKIPPED:
            why = row.m.reasons[0].words if row.m.reasons else "no reason was recorded"
            found[row.board, why].append(row.label)
    return tuple(
        Skips(board=board, reason=why, items=tuple(items)) for (board, why), items in found.items()
    )
