"""Long runs on the page: endurance and deadlines, in tables and lines of their own.

They are other quantities than what is measured in rounds, so they stand nowhere beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.records.measurement import Energy, Measurement, Periodic, Sustained
from harness.records.rules import is_believed
from harness.records.scenario import long_run
from harness.report import words
from harness.report.context import Block, Cell, Row, Table, Trace, TraceLine
from harness.report.grid import cell, labels, seeded
from harness.report.rows import Shown, setting_words, unique
from harness.report.verdicts import has_number
from harness.units import duration_ns, percent, rate

_MINUTES_4 = 240.0
LINES = 8  # of a plot; more of them nobody tells apart
SUSTAINED_COLUMNS = (
    *("verdict", "first minute", "steady", "kept", "slower after", "temperature"),
    *("watts", "energy/inf"),
)
PERIODIC_COLUMNS = (
    *("verdict", "served", "missed", "latest", "p50", "p99", "busy", "watts", "energy/inf"),
)


def is_long(m: Measurement) -> bool:
    """Say whether it is a long run: kept out of every ranking of short ones."""
    return long_run(m.scenario) is not None


def tables(rows: Sequence[Shown]) -> tuple[Table, ...]:
    """Return a table of sustained and one of periodic runs, as far as there are any."""
    asked = [(r, long_run(r.m.scenario)) for r in rows]
    endurance = [r for r, a in asked if a is not None and not a.is_periodic]
    paced = [r for r, a in asked if a is not None and a.is_periodic]
    found = []
    if endurance:
        note = (
            "One process without a pause. Steady: the last third of it, or what follows the"
            " slow-down; slower: for good under 95 % of the first minute (of a run under four"
            " minutes: of its first quarter)."
        )
        found.append(_table("Sustained", note, SUSTAINED_COLUMNS, endurance))
    if paced:
        note = (
            "One inference at each tick; the next tick is its deadline, and what cannot even begin"
            " before it is dropped. Times are from tick to result."
        )
        found.append(_table("Periodic", note, PERIODIC_COLUMNS, paced))
    return tuple(found)


def traces(rows: Sequence[Shown]) -> Trace | None:
    """Return the rates of sustained runs over their time, each as shares of its first minute."""
    lines = [line for r in rows if has_number(r.m) and (line := _trace(r)) is not None]
    if not lines:
        return None
    return Trace(
        id="traces", title="Rate over time, of the first minute's", lines=tuple(lines[:LINES])
    )


def _trace(row: Shown) -> TraceLine | None:
    found = row.m.sustained
    if found is None or len(found.rates) < 2:
        return None
    return TraceLine(
        title=f"{row.board}, {row.label}",
        step_s=found.bucket_s,
        shares=tuple(v / found.first_minute for v in found.rates),
    )


def words_of(m: Measurement) -> list[str]:
    """Return what a long run has shown, for a line of text."""
    if m.sustained is not None:
        return [*_endurance_words(m.sustained), *_watts(m)]
    return [*_pace_words(m.periodic), *_watts(m)] if m.periodic is not None else []


def _watts(m: Measurement) -> list[str]:
    found = _first_believed(m)
    return [f"{found.active_w:.2f} W"] if found is not None else []


def _first_believed(m: Measurement) -> Energy | None:
    return next((e for e in m.energy if is_believed(e.status) and e.inferences > 0), None)


def _endurance_words(found: Sustained) -> list[str]:
    slower = found.time_to_throttle_s
    return [
        f"first {_first_part(found)} {rate(found.first_minute)}",
        f"steady {rate(found.steady)} ({percent(found.ratio, 0)})",
        "no throttling" if slower is None else f"slower after {slower:.0f} s",
        *([_degrees(found)] if _degrees(found) else []),
    ]


def _first_part(found: Sustained) -> str:
    """What the steady rate is held against: of a short run, a minute would be too much."""
    return "minute" if found.length_s >= _MINUTES_4 else "quarter"


def _pace_words(found: Periodic) -> list[str]:
    latest = duration_ns(found.lateness_max_ns)
    return [
        f"{found.inferences} of {found.releases} at {found.rate_per_s:g}/s",
        f"{found.missed} missed" + (f", the latest by {latest}" if found.lateness_max_ns else ""),
        f"busy {percent(found.busy, 0)}",
    ]


def _degrees(found: Sustained | Periodic) -> str:
    if found.start_c is None or found.end_c is None:
        return ""
    return f"{found.start_c:.0f} to {found.end_c:.0f} C"


def _table(title: str, note: str, columns: tuple[str, ...], rows: Sequence[Shown]) -> Table:
    return Table(
        title=title,
        note=note,
        corner="item",
        columns=columns,
        blocks=tuple(
            Block(title=board, rows=tuple(_row(r, columns) for r in rows if r.board == board))
            for board in unique(r.board for r in rows)
        ),
    )


def _row(row: Shown, columns: tuple[str, ...]) -> Row:
    m = row.m
    cells = {"verdict": _verdict(row)}
    if has_number(m) and m.sustained is not None:
        cells |= _endurance(m.sustained) | _power(m)
    elif has_number(m) and m.periodic is not None:
        cells |= _pace(m, m.periodic) | _power(m)
    shape = (m.shape,) if m.kind == "kernel" else ()
    return Row(
        head=f"{m.workload} {m.scheme}",
        sub=", ".join((*shape, *setting_words(m), *seeded([row]))),
        tag=labels(row),
        cells=tuple(cells.get(name, Cell()) for name in columns),
    )


def _verdict(row: Shown) -> Cell:
    found = cell(row)
    detail = f"began hot, {row.m.hot_c:.0f} C" if row.m.hot and row.m.hot_c is not None else ""
    return Cell(
        value=row.m.status.value, mark=found.mark, hint=found.hint, align="text", detail=detail
    )


def _endurance(found: Sustained) -> dict[str, Cell]:
    slower = found.time_to_throttle_s
    return {
        "first minute": Cell(value=rate(found.first_minute)),
        "steady": Cell(value=rate(found.steady)),
        "kept": Cell(value=percent(found.ratio, 0)),
        "slower after": Cell(value="never" if slower is None else f"{slower:.0f} s"),
        "temperature": Cell(value=_degrees(found)),
    }


def _pace(m: Measurement, found: Periodic) -> dict[str, Cell]:
    latency = m.latency_ns
    late = found.lateness_max_ns
    return {
        "served": Cell(value=f"{found.inferences}", detail=f"of {found.releases}"),
        "missed": Cell(value=f"{found.missed}"),
        "latest": Cell(value=duration_ns(late) if late else "in time"),
        "p50": Cell(value=duration_ns(latency.p50) if latency else ""),
        "p99": Cell(value=duration_ns(latency.p99) if latency and latency.p99 else ""),
        "busy": Cell(value=percent(found.busy, 0)),
    }


def _power(m: Measurement) -> dict[str, Cell]:
    """Return watts and joules of the first source that is believed; all of them stand below."""
    found = _first_believed(m)
    if found is None:
        return {"watts": Cell(hint=m.energy_absent or "")}
    return {
        "watts": Cell(value=f"{found.active_w:.2f}", detail=found.scope),
        "energy/inf": Cell(
            value=words.joules(found.energy_j / found.inferences),
            interval=words.percent_short(found.u_j / found.energy_j),
        ),
    }
