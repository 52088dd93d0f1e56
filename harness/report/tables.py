"""Tables of one row per item: networks, energy by scope, share of peak; ranks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.records.measurement import Energy, Startup, Status
from harness.records.rules import is_believed
from harness.report import words
from harness.report.context import Block, Cell, Fact, Row, Table
from harness.report.grid import WEAK, cell, is_weak, labels, seeded
from harness.report.joules import BRIDGED, Told, best_of_each
from harness.report.places import places
from harness.report.rows import Shown, scheme_order, setting_words, unique
from harness.report.verdicts import MARKS, all_reasons, has_number
from harness.units import duration_ns, percent, rate, size_bytes

_ALIKE = 0.005  # of two shares

SCOPES = {
    "wall": "Wall: the whole supply, meter outside",
    "board": "Board: everything behind the board's input",
    "module": "Module: the compute module without its carrier",
    "package": "Package: the processor's own counter, no memory or board",
    "rails": "Rails: the named supply rails added up",
    "accelerator": "Accelerator: the device alone",
}

NETWORK_COLUMNS = (
    "verdict",
    "latency",
    "inf/s",
    "output",
    "weights",
    "energy/inf",
    "size",
    "start",
)
ENERGY_COLUMNS = ("verdict", "gross J/inf", "net J/inf", "inf/J", "idle W", "active W", "source")
ENERGY_NOTE = "Uncertainties are k = 2. Places are among boards, by gross joules of the same item."
BRIDGED_NOTE = (
    " Hollow rows are bridged: not measured here, but told from the board's own sensor by what both"
    " said in one session; their intervals hold the bridge's own uncertainty."
)


def text(value: str, hint: str = "") -> Cell:
    """Return a cell of words."""
    return Cell(value=value, hint=hint, align="text")


def networks(rows: Sequence[Shown]) -> Table | None:
    """Return speed beside worth: no latency of a network without what its output is worth."""
    rows = [r for r in rows if r.m.kind == "network" and r.m.status is not Status.SKIPPED]
    if not rows:
        return None
    names = unique(r.m.workload for r in rows)
    return Table(
        title="Networks, speed beside worth",
        note="Seeded weights have the right cost but predict nothing: their speed is true, their"
        " output is only checked bit by bit.",
        corner="network",
        columns=NETWORK_COLUMNS,
        blocks=tuple(
            Block(title=name, rows=tuple(_network(r) for r in rows if r.m.workload == name))
            for name in names
        ),
    )


def _network(row: Shown) -> Row:
    m = row.m
    speed = cell(row)
    shown = has_number(m)
    memory = m.memory.weights_bytes if m.memory else None
    found = _believed(m.energy)
    return Row(
        head=f"{m.scheme}",
        sub=", ".join((row.board, *setting_words(m))),
        tag=labels(row),
        cells=(
            Cell(value=m.status.value, mark=speed.mark, hint=speed.hint, align="text"),
            Cell(value=speed.value, interval=speed.interval),
            Cell(value=rate(m.inferences_per_s) if shown and m.inferences_per_s else ""),
            text(words.worth(m) if shown else ""),
            text(m.weights),
            _joules(found[0]) if found and shown else _no_joules(row),
            Cell(value=size_bytes(memory) if memory else ""),
            _start(m.startup_ns),
        ),
    )


def _start(found: Startup | None) -> Cell:
    """Load and first inference together: each alone says little of a runtime."""
    if found is None:
        return Cell()
    parts = {"load": found.load, "first inference": found.first}
    hint = ", ".join(f"{n} {duration_ns(v) if v else 'not told'}" for n, v in parts.items())
    whole = words.start(found)
    return Cell(value=duration_ns(whole) if whole else "", hint=hint)


def _no_joules(row: Shown) -> Cell:
    """No sensor is a result as well: said in words, with what was looked at."""
    if not row.m.energy_absent or not has_number(row.m):
        return Cell(hint=row.m.energy_absent or "")
    return Cell(value="no joules", hint=row.m.energy_absent)


def _joules(e: Energy) -> Cell:
    return Cell(
        value=words.joules(e.energy_j / e.inferences),
        interval=words.percent_short(e.u_j / e.energy_j),
        detail=e.scope,
    )


def _believed(energy: Sequence[Energy]) -> list[Energy]:
    return [e for e in energy if is_believed(e.status) and e.inferences > 0]


def energy(rows: Sequence[Shown]) -> tuple[Table, ...]:
    """Return one table for each scope: joules of different scopes are different quantities."""
    scopes = unique(one.energy.scope for r in rows for one in r.joules)
    ranked = places(rows)
    return tuple(_energy_table(scope, rows, ranked) for scope in scopes)


def _energy_table(
    scope: str, rows: Sequence[Shown], ranked: Mapping[tuple[str, str, str], str]
) -> Table:
    chosen = [(r, one) for r in rows for one in r.joules if one.energy.scope == scope]
    boards = unique(r.board for r, _ in chosen)
    return Table(
        title=SCOPES.get(scope, scope),
        note=ENERGY_NOTE + (BRIDGED_NOTE if any(one.is_bridged for _, one in chosen) else ""),
        corner="item",
        columns=ENERGY_COLUMNS,
        blocks=tuple(
            Block(
                title=board,
                rows=tuple(_energy_row(r, one, ranked) for r, one in chosen if r.board == board),
            )
            for board in boards
        ),
    )


def _energy_row(row: Shown, one: Told, ranked: Mapping[tuple[str, str, str], str]) -> Row:
    e = one.energy
    mark = BRIDGED if one.is_bridged else MARKS[e.status]
    reasons = all_reasons(e.reasons)
    # a board's single rails stand below its total, and hold no place of their own
    is_first = best_of_each(row.joules).get(one.quantity) is one
    rank = ranked.get((row.board, row.m.item, one.quantity), "") if is_first else ""
    believed = is_believed(e.status) and has_number(row.m) and e.inferences > 0
    numbers: tuple[Cell, ...] = (Cell(),) * 5
    if believed:
        gross = e.energy_j / e.inferences
        numbers = (
            Cell(
                value=words.joules(gross),
                interval=words.percent_short(e.u_j / e.energy_j),
                rank=rank,
            ),
            _net(e),
            Cell(value=f"{e.inferences_per_joule:.3g}"),
            Cell(value=f"{e.idle_w:.2f}" if e.idle_w is not None else ""),
            Cell(value=f"{e.active_w:.2f}"),
        )
    return Row(
        head=f"{row.m.workload} {row.m.scheme}",
        sub=", ".join((*setting_words(row.m), *seeded([row]))),
        tag=labels(row),
        cells=(
            Cell(value=mark.status, mark=mark, hint=reasons, align="text", detail=reasons),
            *numbers,
            text(e.source),
        ),
    )


def _net(e: Energy) -> Cell:
    if e.energy_net_j is not None and e.energy_net_j > 0:
        width = words.percent_short(e.u_net_j / e.energy_net_j) if e.u_net_j else ""
        return Cell(value=words.joules(e.energy_net_j / e.inferences), interval=width)
    if e.energy_net_upper_j is not None:
        upper = words.joules(e.energy_net_upper_j / e.inferences)
        return Cell(value=f"< {upper}", detail="not resolved")
    return Cell()


def energy_absent(rows: Sequence[Shown]) -> tuple[Fact, ...]:
    """Return for each board without joules, or without those of a meter, why: said aloud."""
    with_joules = {r.board for r in rows if r.m.energy}
    said: dict[str, str] = {}
    for r in rows:
        # that one item was not asked for says less than that there is no sensor
        why = r.m.energy_absent or ""
        wanted = r.m.energy or r.board not in with_joules
        if why and wanted and (r.board not in said or said[r.board] == words.NOT_ASKED):
            said[r.board] = why
    return tuple(Fact(name=board, value=why, known=False) for board, why in said.items())


def peaks(rows: Sequence[Shown]) -> Table | None:
    """Return each item's share of the peak measured on its board; under 70 % it is weak."""
    chosen = [
        r for r in rows if has_number(r.m) and r.m.peak_share is not None and not r.m.emulated
    ]
    if not chosen:
        return None
    schemes = sorted({r.m.scheme for r in chosen}, key=scheme_order)
    boards = unique(r.board for r in chosen)
    return Table(
        title="Share of the board's own peak",
        note="Peak: the best of several loops that touch registers only, measured on this board"
        " when the session began; for gemv what reading its weights allows, where that is less."
        f" Under {percent(WEAK, 0)} (the tick) of what its own unit allows a side is a weak"
        " baseline: beating it proves little.",
        corner="item",
        columns=tuple(schemes),
        blocks=tuple(
            Block(title=b, rows=_peak_rows([r for r in chosen if r.board == b], schemes))
            for b in boards
        ),
    )


def _peak_rows(rows: Sequence[Shown], schemes: Sequence[str]) -> tuple[Row, ...]:
    lines: dict[tuple[str, str], dict[str, Cell]] = {}
    for r in rows:
        m = r.m
        shape = (m.shape,) if m.kind == "kernel" else ()
        head = (m.workload, ", ".join((*shape, *setting_words(m))))
        lines.setdefault(head, {})[m.scheme] = _peak(r)
    return tuple(
        Row(head=head, sub=sub, cells=tuple(cells.get(s, Cell()) for s in schemes))
        for (head, sub), cells in lines.items()
    )


def _peak(row: Shown) -> Cell:
    share, own = row.m.peak_share or 0.0, row.m.unit_share
    return Cell(
        value=percent(share, 0),
        meter=round(min(share, 1.0) * 100, 1),
        detail=""
        if own is None or abs(own - share) < _ALIKE
        else f"{percent(own, 0)} of its own unit",
        note="weak" if is_weak(row.m) else "",
        hint=row.m.variant or "",
    )
