"""Bars with intervals: speed-ups against fp32 of the same board, else rates; draws nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.records.measurement import Status
from harness.report import words
from harness.report.context import Bar, BarGroup, Block, Cell, Chart, Row, Table
from harness.report.grid import is_weak, labels, seeded, spread_of
from harness.report.rows import Shown, scheme_order, setting_words
from harness.report.verdicts import has_number
from harness.stats.ranking import Estimate, geometric_mean, ratio
from harness.units import percent, rate

BASE = "fp32"
CHARTS_MAX = 24  # about 20 KiB each: the page stays below its 2 MB

TIMES = "\N{MULTIPLICATION SIGN}"

Setting = tuple[str, ...]


def charts(rows: Sequence[Shown]) -> tuple[tuple[Chart, ...], int]:
    """Return a chart for each workload with two numbers or more, and how many were left out."""
    works = dict.fromkeys(r.work for r in rows)
    found: list[Chart] = []
    for work in works:
        usable = [r for r in rows if r.work == work and has_number(r.m)]
        if len(usable) > 1:
            found.append(_chart(f"chart{len(found)}", work, usable))
    return tuple(found[:CHARTS_MAX]), max(0, len(found) - CHARTS_MAX)


def glance(rows: Sequence[Shown]) -> Table | None:
    """Return geometric-mean speed-ups against fp32: boards and settings down, schemes across."""
    gains: dict[tuple[str, str], dict[str, list[Estimate]]] = defaultdict(lambda: defaultdict(list))
    for row, base in _with_base([r for r in rows if has_number(r.m)]):
        if row.m.scheme != BASE and not row.m.emulated:
            key = (row.board, ", ".join(setting_words(row.m)))
            gains[key][row.m.scheme].append(ratio(spread_of(base), spread_of(row)))
    if not gains:
        return None
    schemes = sorted({s for by in gains.values() for s in by}, key=scheme_order)
    lines = tuple(
        Row(head=board, sub=how, cells=tuple(_mean(by.get(s, [])) for s in schemes))
        for (board, how), by in gains.items()
    )
    return Table(
        title="Speed-up against fp32",
        note="Geometric mean over the workloads that have both numbers on that board; n says how"
        " many. Items without a number are not in it: see the verdicts.",
        corner="board",
        columns=tuple(schemes),
        blocks=(Block(title="", rows=lines),),
    )


def _mean(gains: list[Estimate]) -> Cell:
    if not gains:
        return Cell(hint="no pair of numbers")
    mean = geometric_mean(gains)
    return Cell(value=times(mean.value), interval=words.spread(mean), detail=f"n = {len(gains)}")


def times(value: float) -> str:
    """Return a ratio as `3.42x`, with the true multiplication sign."""
    return f"{value:.1f}{TIMES}" if value >= 10 else f"{value:.2f}{TIMES}"


def _with_base(rows: Sequence[Shown]) -> list[tuple[Shown, Shown]]:
    """Pair each row with fp32 of the same board, work and setting, where that exists."""
    bases = {(r.board, r.work, r.setting): r for r in rows if r.m.scheme == BASE}
    found = ((r, bases.get((r.board, r.work, r.setting))) for r in rows)
    return [(row, base) for row, base in found if base is not None]


def _chart(name: str, work: tuple[str, str, str], rows: Sequence[Shown]) -> Chart:
    title = f"{work[1]} {work[2]}" if work[0] == "kernel" else work[1]
    pairs = _with_base(rows)
    if len(pairs) < 2:
        return Chart(
            id=name,
            title=title,
            axis="inferences per second",
            base=None,
            groups=_groups(rows, {}),
            note=_note("No fp32 number here to compare with: rates instead.", rows),
        )
    bases = {(r.board, r.setting): base for r, base in pairs}
    covered = [r for r in rows if (r.board, r.setting) in bases]
    return Chart(
        id=name,
        title=title,
        axis="speed-up against fp32 of the same board (log)",
        base=1.0,
        groups=_groups(covered, bases),
        note=_note(_left_out(len(rows) - len(covered)), covered),
    )


def _note(words: str, rows: Sequence[Shown]) -> str:
    predicts_nothing = f"{seeded(rows)[0].capitalize()}." if seeded(rows) else ""
    return " ".join(part for part in (words, predicts_nothing) if part)


def _left_out(count: int) -> str:
    return (
        f"{count} items without an fp32 number beside them are in the table only." if count else ""
    )


def _groups(rows: Sequence[Shown], bases: dict[tuple[str, Setting], Shown]) -> tuple[BarGroup, ...]:
    groups: dict[tuple[str, Setting], list[Shown]] = defaultdict(list)
    for row in rows:
        groups[row.board, row.setting].append(row)
    return tuple(
        BarGroup(
            title=_group_title(members[0]),
            note=_weak_words(bases.get(key)),
            bars=tuple(
                _bar(r, bases.get(key))
                for r in sorted(members, key=lambda r: scheme_order(r.m.scheme))
            ),
        )
        for key, members in groups.items()
    )


def _group_title(row: Shown) -> str:
    parts = (row.board, ", ".join(setting_words(row.m)), labels(row))
    return " · ".join(part for part in parts if part)


def _weak_words(base: Shown | None) -> str:
    if base is None or not is_weak(base.m):
        return ""
    share = base.m.unit_share or base.m.peak_share or 0.0
    return f"weak baseline: fp32 at {percent(share, 0)} of peak"


def _bar(row: Shown, base: Shown | None) -> Bar:
    if base is not None:
        value = ratio(spread_of(base), spread_of(row))
        text = times(value.value)
    else:
        value = _rate(row)
        text = rate(value.value)
    width = words.spread(value)
    is_base = base is row
    return Bar(
        label=row.m.scheme,
        value=value.value,
        low=None if is_base else value.low,
        high=None if is_base else value.high,
        text="baseline" if is_base else f"{text} ±{width}" if width else text,
        hollow=row.m.status is Status.SUSPECT,
        is_base=is_base,
    )


def _rate(row: Shown) -> Estimate:
    per_s = row.m.inferences_per_s
    inverse = spread_of(row).inverse
    scale = 1e9 * row.m.batch if per_s is None else per_s / inverse.value
    return Estimate(
        value=inverse.value * scale,
        low=inverse.low * scale if inverse.low else None,
        high=inverse.high * scale if inverse.high else None,
    )
