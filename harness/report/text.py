"""The same facts for a terminal: an item in one line, tables of rows by columns; no colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.power.bridged import LABEL
from harness.records.bridge import Bridge
from harness.records.measurement import Measurement, Status, is_unchecked
from harness.report import joules, words
from harness.report.joules import Told, best_of_each, told
from harness.report.long import is_long, words_of
from harness.report.metrics import Metric, dimensions_named, metric_named
from harness.report.rows import scheme_order
from harness.report.verdicts import first_reason, has_number, may_rank
from harness.stats.ranking import Estimate, estimate, ratio
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


def item_line(m: Measurement, bridges: Sequence[Bridge] = ()) -> str:
    """Return an item in one line, verdict first; foreign words are cleaned for a terminal."""
    cluster = m.cores.cluster
    where = cluster if "@" in cluster or cluster.isdigit() else f"{m.threads}@{cluster}"
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    parts = [
        m.status.value,
        m.board + (" (emulated)" if m.emulated else " (vm)" if m.vm else ""),
        f"{m.workload} {m.scheme}{shape}",
        " ".join((words.engine(m), where, *([m.scenario] if is_long(m) else []))),
        *(_numbers(m, bridges) if has_number(m) else []),
        first_reason(m),
    ]
    return harmless("  ".join(part for part in parts if part))


def _joules(m: Measurement, bridges: Sequence[Bridge]) -> list[str]:
    """Return the first believed joules of each scope, what is bridged last."""
    scopes: dict[str, Told] = {}
    for one in best_of_each(told(m, bridges)).values():
        scopes.setdefault(one.energy.scope, one)
    return [
        f"{LABEL} {words.energy(one.energy)}" if one.is_bridged else words.energy(one.energy)
        for one in scopes.values()
    ]


def item_lines(measurements: Iterable[Measurement], bridges: Sequence[Bridge] = ()) -> list[str]:
    """Return a line for each item; those that nothing vouches for stand apart, at the end."""
    rows = list(measurements)
    proven = [item_line(m, bridges) for m in rows if not is_unchecked(m)]
    others = [item_line(m, bridges) for m in rows if is_unchecked(m)]
    return [*proven, *([UNCHECKED_HEAD] if others else []), *others]


def _numbers(m: Measurement, bridges: Sequence[Bridge]) -> list[str]:
    width = words.plus_minus(m)
    found = words_of(m)
    if not found:
        found = [f"{words.latency(m)} +-{width}" if width else words.latency(m)]
        found += [rate(m.inferences_per_s)] if m.inferences_per_s else []
    if m.kind == "kernel" and m.ops_per_s:
        found.append(words.ops(m.ops_per_s))
    if m.peak_share is not None:
        found.append(f"{percent(m.peak_share, 0)} of peak")
    joules_of = _joules(m, bridges)
    found += joules_of or (["no joules"] if m.energy_absent else [])
    found += [words.worth(m)] if words.worth(m) else []
    found += ["unchecked"] if is_unchecked(m) else []
    found += [f"clock: {m.timed_by}"] if m.timed_by else []
    found += ["seeded weights"] if m.weights == "seeded" else []
    state = [words.gigahertz(m.clock_hz)] if m.clock_hz else []
    state += [f"{m.temperature_c:.0f} C"] if m.temperature_c is not None else []
    state += ["(began hot)"] if m.hot else []
    return [*found, " ".join(state)]


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What one item brings into one cell; `apart` names the quantity that its row is for."""

    m: Measurement
    value: float | None = None
    note: str = ""
    hollow: bool = False
    apart: str = ""


def _entries(m: Measurement, metric: Metric, bridges: Sequence[Bridge]) -> list[_Entry]:
    """Joules of two scopes are two quantities: rows of their own, and no range holds both."""
    if not has_number(m):
        return [_Entry(m=m)]
    hollow = m.status is Status.SUSPECT
    if metric.of is None:
        return [_Entry(m=m, value=metric.get(m), note=metric.note(m), hollow=hollow)]
    found = [
        _Entry(
            m=m,
            value=metric.of(one),
            note=harmless(one.label),
            hollow=hollow or one.is_bridged,
            apart=f" ({name}{f', {LABEL}' if one.is_bridged else ''})",
        )
        for name, one in best_of_each(told(m, bridges)).items()
    ]
    return found or [_Entry(m=m)]


def pivot(
    measurements: Sequence[Measurement],
    rows: str,
    cols: str,
    metric: str,
    bridges: Sequence[Bridge] = (),
) -> Table:
    """Return one metric by rows and columns, e.g. `board` by `scheme` or `board,cores` by `scheme`.

    A cell with several items shows their range and count; one without a number shows the status.
    Joules of different scopes stand in different rows. Raises ConfigError for a dimension or metric
    that does not exist.
    """
    chosen = metric_named(metric)
    down, across = dimensions_named(rows), dimensions_named(cols)
    cells: dict[str, dict[str, list[_Entry]]] = {}
    columns: dict[str, None] = {}
    for entry in (e for m in measurements for e in _entries(m, chosen, bridges)):
        head, column = (" ".join(get(entry.m) for get in by) for by in (down, across))
        head += entry.apart + (" (unchecked)" if is_unchecked(entry.m) else "")
        # a rate that lasts, or a pace, is no value of the same row
        is_apart = is_long(entry.m) and "scenario" not in f"{rows},{cols}"
        head += f" ({entry.m.scenario})" if is_apart else ""
        cells.setdefault(harmless(head), {}).setdefault(harmless(column), []).append(entry)
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
    hollow = any(cell.startswith("o ") for _, cells in lines for cell in cells)
    notes = ("o = SUSPECT, see `harness show` for the reason",) if hollow else ()
    if f"{LABEL}]" in text:
        notes = (f"o = {LABEL}: told from the board's own sensor, not measured; or SUSPECT",)
    return (*notes, "(n) = several items in one cell: add a dimension") if ".." in text else notes


def _pivot_cell(items: Sequence[_Entry], metric: Metric) -> str:
    known = [(e.value, e) for e in items if e.value is not None]
    if not known:
        statuses = dict.fromkeys(e.m.status.value for e in items if not has_number(e.m))
        silent = "no joules" if metric.of and any(e.m.energy_absent for e in items) else "-"
        return ", ".join(statuses) or silent
    mark = "o " if any(e.hollow for _, e in known) else ""
    notes = " ".join(dict.fromkeys(e.note for _, e in known if e.note))
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


def compare_joules(
    base: Sequence[Measurement], head: Sequence[Measurement], bridges: Sequence[Bridge] = ()
) -> Table | None:
    """Return gross joules of an inference in head against base; None where no item has any.

    Only one quantity is ever set against itself, measured against measured and, where nothing that
    was measured meets, bridged against bridged.
    """
    before = {(m.board_id, m.item): m for m in base}
    shared = [(before[m.board_id, m.item], m) for m in head if (m.board_id, m.item) in before]
    lines = [line for a, b in shared for line in _joule_lines(a, b, bridges)]
    if not lines:
        return None
    return Table(
        title="gross joules per inference; k = 2",
        corner="item",
        columns=("scope", "base", "head", "head / base", "intervals"),
        rows=tuple(lines),
    )


def _joule_lines(
    a: Measurement, b: Measurement, bridges: Sequence[Bridge]
) -> list[tuple[str, tuple[str, ...]]]:
    if not (has_number(a) and has_number(b)):
        return []
    old, new = (best_of_each(told(m, bridges)) for m in (a, b))
    both = [(old[name], new[name]) for name in old if name in new]
    alike = [pair for pair in both if not any(one.is_bridged for one in pair)]
    alike = alike or [pair for pair in both if all(one.is_bridged for one in pair)]
    name = item_name(b)
    if not alike:
        scopes = [harmless(", ".join(one.label for one in found.values())) for found in (old, new)]
        words_of = "different scopes: not compared"
        return [(name, ("", *scopes, "-", words_of))] if all(scopes) else []
    return [(name, _two_joules((a, one), (b, other))) for one, other in alike]


def _two_joules(old: tuple[Measurement, Told], new: tuple[Measurement, Told]) -> tuple[str, ...]:
    values = [joules.estimate(*old), joules.estimate(*new)]
    shown = [words.joules(v.value) if v else "-" for v in values]
    label = harmless(old[1].label)
    if values[0] is None or values[1] is None or not (may_rank(old[0]) and may_rank(new[0])):
        return (label, *shown, "-", "no pair of numbers")
    return (label, *shown, *_quotient(ratio(values[1], values[0])))


def item_name(m: Measurement) -> str:
    """Return `pi5 gemm w1a1 512x512x512 native 1`, cleaned."""
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    apart = " (unchecked)" if is_unchecked(m) else ""
    long = f" {m.scenario}" if is_long(m) else ""
    where = f"{m.runtime} {m.cores.cluster}{long}{apart}"
    return harmless(f"{m.board} {m.workload} {m.scheme}{shape} {where}")


def _compared(a: Measurement, b: Measurement) -> tuple[str, ...]:
    shown = [words.latency(m) if has_number(m) else m.status.value for m in (a, b)]
    if is_unchecked(a) is not is_unchecked(b):
        return (*shown, "-", "one of them is unchecked")
    if not (may_rank(a) and may_rank(b)) or a.latency_ns is None or b.latency_ns is None:
        return (*shown, "-", "emulated" if a.emulated or b.emulated else "no pair of numbers")
    return (*shown, *_quotient(ratio(estimate(b.latency_ns), estimate(a.latency_ns))))


def _quotient(quotient: Estimate) -> tuple[str, str]:
    width = words.spread(quotient)
    change = f"{(quotient.value - 1) * 100:+.1f}%" + (f" +-{width}" if width else "")
    if quotient.low is None or quotient.high is None:
        return change, "unknown"
    return change, "apart" if quotient.low > 1 or quotient.high < 1 else "overlap"


def _width(text: str) -> int:
    """Columns a terminal needs: East Asian wide letters take two, combining marks none."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in "WF")
    return len(text) + wide - sum(1 for c in text if unicodedata.combining(c))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
