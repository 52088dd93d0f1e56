"""The same facts for a terminal: an item in one line, tables of rows by columns; no colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.records.measurement import Measurement, Status, is_unchecked
from harness.report import words
from harness.report.metrics import Metric, believed, dimensions_named, metric_named
from harness.report.rows import scheme_order
from harness.report.verdicts import first_reason, has_number, may_rank
from harness.stats.ranking import estimate, ratio
from harness.units import harmless, percent, rate

UNCHECKED_HEAD = "unchecked: no output was compared; to be ranked among themselves only"


@dataclass(frozen=True, kw_only=True)
class Table:
    """Plain text cells; `str()` lines them up, the first column left and all others right."""

    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        grid = [(self.corner, self.columns), *self.rows]
        first = max((_width(head) for head, _ in grid), default=0)
        count = len(self.columns)
        widths = [max(_width(cells[i]) for _, cells in grid) for i in range(count)]
        lines = [self.title] if self.title else []
        for head, cells in grid:
            parts = [_pad(head, first)]
            parts += [" " * (w - _width(c)) + c for c, w in zip(cells, widths, strict=True)]
            lines.append("  ".join(parts).rstrip())
        return "\n".join((*lines, *self.notes))


def item_line(m: Measurement) -> str:
    """Return an item in one line, verdict first; foreign words are cleaned for a terminal."""
    cluster = m.cores.cluster
    where = cluster if "@" in cluster or cluster.isdigit() else f"{m.threads}@{cluster}"
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    parts = [
        m.status.value,
        m.board + (" (emulated)" if m.emulated else " (vm)" if m.vm else ""),
        f"{m.workload} {m.scheme}{shape}",
        f"{words.engine(m)} {where}",
        *(_numbers(m) if has_number(m) else []),
        first_reason(m),
    ]
    return harmless("  ".join(part for part in parts if part))


def item_lines(measurements: Iterable[Measurement]) -> list[str]:
    """Return a line for each item; those that nothing vouches for stand apart, at the end."""
    rows = list(measurements)
    proven = [item_line(m) for m in rows if not is_unchecked(m)]
    others = [item_line(m) for m in rows if is_unchecked(m)]
    return [*proven, *([UNCHECKED_HEAD] if others else []), *others]


def _numbers(m: Measurement) -> list[str]:
    width = words.plus_minus(m)
    found = [f"{words.latency(m)} +-{width}" if width else words.latency(m)]
    found += [rate(m.inferences_per_s)] if m.inferences_per_s else []
    if m.kind == "kernel" and m.ops_per_s:
        found.append(words.ops(m.ops_per_s))
    if m.peak_share is not None:
        found.append(f"{percent(m.peak_share, 0)} of peak")
    energy = believed(m)
    if energy:
        found.append(words.energy(energy))
    elif m.energy_absent:
        found.append("no joules")
    found += [words.worth(m)] if words.worth(m) else []
    found += ["unchecked"] if is_unchecked(m) else []
    found += [f"clock: {m.timed_by}"] if m.timed_by else []
    found += ["seeded weights"] if m.weights == "seeded" else []
    state = [words.gigahertz(m.clock_hz)] if m.clock_hz else []
    state += [f"{m.temperature_c:.0f} C"] if m.temperature_c is not None else []
    return [*found, " ".join(state)]


def pivot(measurements: Sequence[Measurement], rows: str, cols: str, metric: str) -> Table:
    """Return one metric by rows and columns, e.g. `board` by `scheme` or `board,cores` by `scheme`.

    A cell with several items shows their range and count; one without a number shows the status.
    Raises ConfigError for a dimension or metric that does not exist.
    """
    chosen = metric_named(metric)
    down, across = dimensions_named(rows), dimensions_named(cols)
    cells: dict[str, dict[str, list[Measurement]]] = {}
    columns: dict[str, None] = {}
    for m in measurements:
        head, column = (" ".join(get(m) for get in by) for by in (down, across))
        head += " (unchecked)" if is_unchecked(m) else ""
        cells.setdefault(harmless(head), {}).setdefault(harmless(column), []).append(m)
        columns[harmless(column)] = None
    names = sorted(columns, key=scheme_order) if cols == "scheme" else list(columns)
    lines = tuple(
        (head, tuple(_pivot_cell(by.get(name, []), chosen) for name in names))
        for head, by in cells.items()
    )
    return Table(
        title=chosen.title, corner=rows, columns=tuple(names), rows=lines, notes=_notes(lines)
    )


def _notes(lines: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    text = " ".join(cell for _, cells in lines for cell in cells)
    notes = ("o = SUSPECT, see `harness show` for the reason",) if "o " in text else ()
    return (*notes, "(n) = several items in one cell: add a dimension") if ".." in text else notes


def _pivot_cell(items: Sequence[Measurement], metric: Metric) -> str:
    values = [(metric.get(m), m) for m in items if has_number(m)]
    known = [(v, m) for v, m in values if v is not None]
    if not known:
        return ", ".join(dict.fromkeys(m.status.value for m in items if not has_number(m))) or "-"
    mark = "o " if any(m.status is Status.SUSPECT for _, m in known) else ""
    notes = " ".join(dict.fromkeys(n for n in (metric.note(m) for _, m in known) if n))
    note = f" [{notes}]" if notes else ""
    low, high = min(v for v, _ in known), max(v for v, _ in known)
    if len(known) == 1:
        return f"{mark}{metric.show(low)}{note}"
    return f"{mark}{metric.show(low)}..{metric.show(high)} ({len(known)}){note}"


def compare_table(base: Sequence[Measurement], head: Sequence[Measurement]) -> Table:
    """Return head against base for the items both have on one board; advisory, no verdict.

    Stored runs carry session noise; only interleaved pairs (`harness gate`) decide.
    """
    before = {(m.board_id, m.item): m for m in base}
    shared = [(before[m.board_id, m.item], m) for m in head if (m.board_id, m.item) in before]
    lines = tuple((item_name(b), _compared(a, b)) for a, b in shared)
    lonely = len(base) + len(head) - 2 * len(shared)
    return Table(
        title="",
        corner="item",
        columns=("base", "head", "head / base", "intervals"),
        rows=lines,
        notes=(f"{len(shared)} items in both runs, {lonely} in only one.",),
    )


def item_name(m: Measurement) -> str:
    """Return `pi5 gemm w1a1 512x512x512 native 1`, cleaned."""
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    apart = " (unchecked)" if is_unchecked(m) else ""
    where = f"{m.runtime} {m.cores.cluster}{apart}"
    return harmless(f"{m.board} {m.workload} {m.scheme}{shape} {where}")


def _compared(a: Measurement, b: Measurement) -> tuple[str, ...]:
    shown = [words.latency(m) if has_number(m) else m.status.value for m in (a, b)]
    if is_unchecked(a) is not is_unchecked(b):
        return (*shown, "-", "one of them is unchecked")
    if not (may_rank(a) and may_rank(b)) or a.latency_ns is None or b.latency_ns is None:
        return (*shown, "-", "emulated" if a.emulated or b.emulated else "no pair of numbers")
    quotient = ratio(estimate(b.latency_ns), estimate(a.latency_ns))
    width = words.spread(quotient)
    change = f"{(quotient.value - 1) * 100:+.1f}%" + (f" +-{width}" if width else "")
    if quotient.low is None or quotient.high is None:
        return (*shown, change, "unknown")
    apart = quotient.low > 1 or quotient.high < 1
    return (*shown, change, "apart" if apart else "overlap")


def _width(text: str) -> int:
    """Columns a terminal needs: East Asian wide letters take two, combining marks none."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in "WF")
    return len(text) + wide - sum(1 for c in text if unicodedata.combining(c))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
