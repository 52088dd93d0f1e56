"""`harness compare`: two stored runs side by side. Advisory: stored runs carry session noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.units import duration_ns

if TYPE_CHECKING:
    from harness.records.measurement import Measurement

COMPARABLE = ("OK", "SUSPECT")


def compare(
    base: str = typer.Argument(..., help="The run to compare with."),
    head: str = typer.Argument("last", help="The run to judge."),
) -> None:
    """Compare the items two runs share. For a verdict that a CI may trust, use `harness gate`."""
    from harness.store.layout import results_root
    from harness.store.reader import find_run

    first, second = (find_run(results_root(), name) for name in (base, head))
    ours = {(m.board_id, m.item): m for m in first.measurements}
    shared = [
        (ours[m.board_id, m.item], m) for m in second.measurements if (m.board_id, m.item) in ours
    ]
    for a, b in shared:
        out(_line(a, b))
    lonely = len(first.measurements) + len(second.measurements) - 2 * len(shared)
    note(
        f"{len(shared)} items in both runs, {lonely} in only one.\n"
        "Runs of different hours differ by session noise: this informs, `harness gate` decides."
    )


def _line(a: Measurement, b: Measurement) -> str:
    name = f"{b.board}  {b.workload} {b.scheme} {b.shape}  {b.runtime}"
    if a.latency_ns is None or b.latency_ns is None or not {a.status, b.status} <= set(COMPARABLE):
        return f"no number     {name}  {a.status} -> {b.status}"
    if a.emulated or b.emulated:
        return f"emulated      {name}  (never compared)"
    ratio = b.latency_ns.p25 / a.latency_ns.p25
    words = "apart" if _apart(a, b) else "overlap"
    change = f"{duration_ns(a.latency_ns.p25)} -> {duration_ns(b.latency_ns.p25)}"
    return f"{(ratio - 1) * 100:+6.1f} % {words:7} {name}  {change}"


def _apart(a: Measurement, b: Measurement) -> bool:
    first, second = (m.latency_ns.ci95 if m.latency_ns else None for m in (a, b))
    if first is None or second is None:
        return False
    wide = math.log(first.high / first.low) + math.log(second.high / second.low)
    return wide < 1 and (first.high < second.low or second.high < first.low)
