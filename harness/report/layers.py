"""Where the time of a network goes: its layers in order, for a page and for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.records.measurement import Status
from harness.report import words
from harness.report.context import LayerLine, Layers
from harness.report.grid import labels
from harness.report.rows import setting_words
from harness.report.text import Table
from harness.report.verdicts import has_number
from harness.units import duration_ns, harmless, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.layers import LayerTime
    from harness.records.measurement import Measurement
    from harness.report.rows import Shown

COLUMNS = ("op", "scheme", "output", "MACs", "time", "share", "op/s", "kernel")
SLOWEST = " *"
_MARKED = "* the slowest; op/s count a multiply-accumulate as two"


def breakdowns(rows: Sequence[Shown]) -> tuple[Layers, ...]:
    """Return the layers of every network whose times were asked for and are believed."""
    return tuple(
        Layers(
            title=f"{row.m.workload} {row.m.scheme}",
            sub=", ".join((row.board, *setting_words(row.m))),
            tag=labels(row),
            suspect=row.m.status is Status.SUSPECT,
            lines=lines(row.m.layers),
            total=_total(row.m),
        )
        for row in rows
        if row.m.layers and has_number(row.m)
    )


def table(m: Measurement) -> Table | None:
    """Return the layers of one item for a terminal; None where none were timed or believed."""
    if not m.layers or not has_number(m):
        return None
    rows = tuple(
        (
            harmless(one.name) + SLOWEST * one.slowest,
            tuple(
                harmless(cell)
                for cell in (
                    *(one.op, one.scheme, one.shape, one.macs),
                    *(one.time, one.share, one.ops, one.kernel),
                )
            ),
        )
        for one in lines(m.layers)
    )
    emulated = ("an emulator's times say nothing about a board",) if m.emulated else ()
    return Table(
        title="", corner="layer", columns=COLUMNS, rows=rows, notes=(_MARKED, _total(m), *emulated)
    )


# a pool that the runner carries out together with its convolution (kernels/nets/band.c)
_JOINED = "with the one before"


def lines(layers: Sequence[LayerTime]) -> tuple[LayerLine, ...]:
    """Return a line for each layer, in order; shares are of the sum."""
    total = sum(one.ns for one in layers)
    slowest = max(range(len(layers)), key=lambda i: layers[i].ns)
    return tuple(
        LayerLine(
            name=one.name,
            op=one.op,
            scheme=one.scheme,
            shape=one.shape,
            macs=f"{one.macs:,}" if one.macs else "",
            time=duration_ns(one.ns) if one.ns else _JOINED,
            share=percent(one.ns / total, 1) if total and one.ns else "",
            ops=words.ops(2 * one.macs * 1e9 / one.ns) if one.macs and one.ns else "",
            kernel=one.variant,
            slowest=i == slowest,
        )
        for i, one in enumerate(layers)
    )


def _total(m: Measurement) -> str:
    total = duration_ns(sum(one.ns for one in m.layers or ()))
    whole = f"; the network as a whole {duration_ns(m.latency_ns.p50)}" if m.latency_ns else ""
    return f"{len(m.layers or ())} layers, sum {total}{whole} (medians)"
