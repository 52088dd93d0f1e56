"""The results tables: boards and settings down, schemes across, a block for each workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.records.measurement import Measurement, Status, is_unchecked
from harness.report import words
from harness.report.context import Block, Cell, Row, Table
from harness.report.rows import Shown, scheme_order, setting_words, unique
from harness.report.verdicts import (
    MARKS,
    SUSPECT_WIDEN,
    all_reasons,
    first_reason,
    has_number,
    may_rank,
)
from harness.stats.ranking import Estimate, estimate, ranks
from harness.units import rate

_REASON_CHARS = 64  # in a cell; the whole of it stands under Reasons
WEAK = 0.70  # below this share of its peak a side is a weak baseline

_COLUMNS_MAX = 9  # as many as a page of 1280 pixels holds with their intervals
_PIECES = "bits"

_TITLES = {"kernel": "Kernels", "network": "Networks", "program": "Programs"}
_NOTES = {
    "kernel": "Latency of a call (p25, 95 % interval) and operations per second.",
    "network": "Latency of one inference (p25, 95 % interval) and inferences per second.",
    "program": "Programs of the user's own: latency (p25, 95 % interval), and how often a second.",
}
UNPROVEN = (
    "No output was compared, so nothing says that the work was done: these stand, and are ranked,"
    " among themselves only."
)


def results(rows: Sequence[Shown]) -> tuple[Table, ...]:
    """Return tables for each kind of item, none of them wider than a page."""
    proven = [r for r in rows if not is_unchecked(r.m)]
    others = [r for r in rows if is_unchecked(r.m)]
    unproven = (replace(t, title=f"Unchecked: {t.title}", note=UNPROVEN) for t in _tables(others))
    return (*_tables(proven), *unproven)


def _tables(rows: Sequence[Shown]) -> tuple[Table, ...]:
    kinds = unique(r.m.kind for r in rows)
    return tuple(
        _table(kind, title, [r for r in rows if r.m.kind == kind and r.m.scheme in schemes])
        for kind in kinds
        for title, schemes in _columns(kind, {r.m.scheme for r in rows if r.m.kind == kind})
    )


def _columns(kind: str, schemes: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Titles and schemes of the tables of one kind; bitwise pieces multiply nothing: apart."""
    title = _TITLES.get(kind, kind)
    left = sorted(set(schemes) - {_PIECES}, key=scheme_order)
    count = -(-len(left) // _COLUMNS_MAX)
    for part in range(count):
        some = left[len(left) * part // count : len(left) * (part + 1) // count]
        yield (title if count == 1 else f"{title}, {some[0]} to {some[-1]}"), some
    if _PIECES in schemes:
        yield "Bitwise pieces", (_PIECES,)


def _table(kind: str, title: str, rows: Sequence[Shown]) -> Table:
    schemes = sorted({r.m.scheme for r in rows}, key=scheme_order)
    places = _places(rows)
    works = dict.fromkeys(r.work for r in rows)
    return Table(
        title=title,
        note=_NOTES.get(kind, ""),
        corner="board",
        columns=tuple(schemes),
        blocks=tuple(
            _block(work, [r for r in rows if r.work == work], schemes, places) for work in works
        ),
    )


def _block(
    work: tuple[str, str, str],
    rows: Sequence[Shown],
    schemes: Sequence[str],
    places: dict[tuple[str, str], str],
) -> Block:
    lines: dict[tuple[str, ...], dict[str, Shown]] = {}
    for row in rows:
        key: tuple[str, ...] = (row.board, *row.setting)
        # two items may differ in their weights alone: the second gets a line of its own
        while row.m.scheme in lines.setdefault(key, {}):
            key = (*key, "again")
        lines[key][row.m.scheme] = row
    live = [cells for cells in lines.values() if any(_is_tried(r) for r in cells.values())]
    left = len(lines) - len(live)
    sub = [work[2]] if work[0] == "kernel" else []
    sub += [f"{left} {'line' if left == 1 else 'lines'} skipped as a whole"] if left else []
    return Block(
        title=work[1],
        sub=", ".join(sub),
        rows=tuple(_row(cells, schemes, places) for cells in live),
    )


def _is_tried(row: Shown) -> bool:
    return row.m.status is not Status.SKIPPED


def _row(
    cells: dict[str, Shown], schemes: Sequence[str], places: dict[tuple[str, str], str]
) -> Row:
    first = next(iter(cells.values()))
    return Row(
        head=first.board,
        sub=", ".join((*setting_words(first.m), *seeded(cells.values()), *clocks(cells.values()))),
        tag=labels(first),
        cells=tuple(
            cell(cells[s], places.get((cells[s].board, cells[s].m.item), ""))
            if s in cells
            else Cell(hint="not in the plan")
            for s in schemes
        ),
    )


def seeded(rows: Iterable[Shown]) -> tuple[str, ...]:
    """Return the words that stand beside every speed of a network that predicts nothing."""
    return ("seeded weights",) if any(r.m.weights == "seeded" for r in rows) else ()


def clocks(rows: Iterable[Shown]) -> tuple[str, ...]:
    """Return whose clock timed it, where it was not ours around each sample."""
    return unique(f"clock: {r.m.timed_by}" for r in rows if r.m.timed_by)


def labels(row: Shown) -> str:
    """Return `emulated`, `vm` or nothing."""
    return "emulated" if row.m.emulated else "vm" if row.m.vm else ""


def is_weak(m: Measurement) -> bool:
    """Say whether an item reaches too little of what its own unit could do."""
    share = m.peak_share if m.unit_share is None else m.unit_share
    return share is not None and share < WEAK and not m.emulated


def cell(row: Shown, rank: str = "") -> Cell:
    """Return an item's cell: its number, or the status and reason that stand in its place."""
    m = row.m
    mark = MARKS[m.status]
    if not has_number(m) or m.latency_ns is None:
        return Cell(mark=mark, hint=first_reason(m), detail=_short_reason(row))
    if m.kind == "kernel" and m.ops_per_s:
        detail = words.ops(m.ops_per_s)
    else:
        detail = rate(m.inferences_per_s) if m.inferences_per_s else ""
    return Cell(
        value=words.latency(m),
        interval=words.plus_minus(m),
        detail=detail,
        rank=rank,
        note="weak" if is_weak(m) else "",
        mark=mark,
        hint=all_reasons(m.reasons),
    )


def _short_reason(row: Shown) -> str:
    if row.m.status is Status.SKIPPED:
        return ""
    return words.brief(first_reason(row.m), _REASON_CHARS)


def _places(rows: Sequence[Shown]) -> dict[tuple[str, str], str]:
    """Places among boards for the same item, by latency; nothing where fewer than two can rank."""
    same: dict[str, dict[str, Estimate]] = defaultdict(dict)
    for r in rows:
        if may_rank(r.m) and r.m.latency_ns:
            same[r.m.item][r.board] = spread_of(r)
    found = {}
    for item, estimates in same.items():
        if len(estimates) > 1:
            for board, rank in ranks(estimates, higher_is_better=False).items():
                found[board, item] = str(rank)
    return found


def spread_of(row: Shown) -> Estimate:
    """Return the latency with its interval, widened when the item is SUSPECT."""
    if row.m.latency_ns is None:
        raise ValueError("no latency")
    return estimate(row.m.latency_ns, SUSPECT_WIDEN if row.m.status is Status.SUSPECT else 1.0)
