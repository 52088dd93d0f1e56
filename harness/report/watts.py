"""Which boards of a page can be set against each other in watts, why the others cannot, what to do.

No sensor, with what was looked at, is a normal result and has its row here. Ranks nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.power.bridged import fitting, refusal
from harness.power.setups import SETUPS, cheapest, smallest_net_w
from harness.records.bridge import Bridge
from harness.records.rules import is_believed
from harness.report import words
from harness.report.context import Block, Cell, Row, Table, Watts
from harness.report.joules import Told
from harness.report.rows import Shown, unique
from harness.report.verdicts import has_number

_NOT_ASKED = "No board was asked for joules in this run: no energy window was wanted."
_COLUMNS = ("watts", "why not", "what would do")
# the widest first: where two scopes have as many boards, the one that all boards can be given
_ORDER = ("wall", "board", "module", "package", "accelerator", "rails")
_METERED = frozenset(s.traits.scope for s in SETUPS)


@dataclass(frozen=True, kw_only=True)
class _Board:
    """One board of the page; `resolved` names the quantities in which it has net watts."""

    name: str
    rows: Sequence[Shown]
    joules: Sequence[Told]
    resolved: frozenset[str]

    @property
    def sources(self) -> str:
        """`module (ina3221:VDD_IN), wall, bridged`."""
        said = unique(
            f"{one.label}" if one.is_bridged else f"{one.energy.scope} ({one.energy.source})"
            for one in self.joules
        )
        return ", ".join(said)


def watts(
    rows: Sequence[Shown], absent: Mapping[str, str], bridges: Sequence[Bridge] = ()
) -> Watts | None:
    """Return the verdict on all boards that measured something, None where all can be compared.

    `absent` says what was looked at, for each board without a sensor.
    """
    boards = _boards([r for r in rows if has_number(r.m) and not r.m.emulated])
    shared = _shared(boards)
    apart = [b for b in boards if shared not in b.resolved]
    if not apart:
        return None
    lines = tuple(_line(b, shared, absent.get(b.name, ""), bridges) for b in apart)
    lead = _NOT_ASKED if all(_unasked(b) for b in boards) else _lead(apart, boards, shared)
    return Watts(
        lead=lead,
        table=Table(
            title="Boards that cannot be compared in watts",
            corner="board",
            columns=_COLUMNS,
            blocks=(Block(title="", rows=lines),),
        ),
    )


def _lead(apart: Sequence[_Board], boards: Sequence[_Board], shared: str) -> str:
    if len(boards) == 1:
        return "This board has no watts that could be compared: add a meter."
    others = f" The others share the scope {shared}." if len(apart) < len(boards) else ""
    count = f"{len(apart)} of {len(boards)} boards"
    return f"{count} cannot be compared in watts: add a meter.{others}"


def _unasked(board: _Board) -> bool:
    """Say whether nobody asked this board for joules; its sensor may be a good one."""
    return not board.joules and all(
        r.m.energy_absent in {None, words.NOT_ASKED} for r in board.rows
    )


def _boards(rows: Sequence[Shown]) -> list[_Board]:
    """Group by the board itself: in two runs on one page it is still one board."""
    found = []
    for board_id in unique(r.m.board_id for r in rows):
        own = [r for r in rows if r.m.board_id == board_id]
        joules = [one for r in own for one in r.joules]
        resolved = {
            one.quantity
            for one in joules
            if one.each_j is not None and one.energy.energy_net_j is not None
        }
        found.append(
            _Board(name=own[0].m.board, rows=own, joules=joules, resolved=frozenset(resolved))
        )
    return found


def _shared(boards: Sequence[_Board]) -> str:
    """Return the quantity that most boards have, "" where no two have one in common.

    One board alone needs nobody: any watts of its own will do.
    """
    counts = Counter(name for b in boards for name in b.resolved)
    least = min(2, len(boards))
    able = [name for name, count in counts.items() if count >= least]
    return max(able, key=lambda name: (counts[name], -_place(name)), default="")


def _place(quantity: str) -> int:
    scope = quantity.split(" ", maxsplit=1)[0]
    return _ORDER.index(scope) if scope in _ORDER else len(_ORDER)


def _line(board: _Board, shared: str, looked_at: str, bridges: Sequence[Bridge]) -> Row:
    why, remedy = _why(board, shared, looked_at), _remedy(board, shared, bridges)
    return Row(
        head=board.name,
        cells=(
            Cell(value=board.sources or "none", align="text"),
            Cell(value=why, align="text"),
            Cell(value=remedy, align="text"),
        ),
    )


def _why(board: _Board, shared: str, looked_at: str) -> str:
    if not board.joules:
        said = [r.m.energy_absent for r in board.rows if r.m.energy_absent]
        others = [w for w in said if w != words.NOT_ASKED]
        if looked_at:
            return words.no_sensor(looked_at)
        return next(iter(others or said), "not measured in this run")
    believed = [one for one in board.joules if is_believed(one.energy.status)]
    if not believed:
        reasons = [r.words for one in board.joules for r in one.energy.reasons]
        return f"its joules cannot be believed: {next(iter(reasons), 'no reason was kept')}"
    if not board.resolved or any(one.quantity == shared for one in believed):
        return "not resolved: net watts below three of their own uncertainties"
    if shared:
        return f"another scope than {shared}"
    return "no other board has this scope"


def _remedy(board: _Board, shared: str, bridges: Sequence[Bridge]) -> str:
    scope = _target(shared)
    if not board.joules:
        if _unasked(board):
            return "energy: all in the suite (the default asks for networks only)"
        return _meter(scope, None) + _others(shared)
    if not board.resolved or any(one.quantity == shared for one in board.joules):
        net_w = max((_net_w(one) for one in board.joules), default=0.0)
        return f"longer windows (protocol: {{energy_window_s: 60}}), or {_meter(scope, net_w)}"
    refused = [
        refusal(bridge, energy)
        for r in board.rows
        for bridge, energy in fitting(bridges, r.m)
        if bridge.meter.scope == scope
    ]
    words_of = next((w for w in refused if w), "")
    if words_of:
        return f"its bridge to {scope} does not carry these: {words_of}"
    net_w = max((_net_w(one) for one in board.joules), default=0.0)
    return f"harness power bridge {board.name}, once, with {_meter(scope, net_w)}"


def _target(shared: str) -> str:
    """Return the scope that a meter can give every board."""
    return shared if shared in _METERED else "wall"


def _others(shared: str) -> str:
    if not shared or shared in _METERED:
        return ""
    return "; then harness power bridge for the others"


def _net_w(one: Told) -> float:
    e = one.energy
    return e.active_w - e.idle_w if e.idle_w is not None else 0.0


def _meter(scope: str, net_w: float | None) -> str:
    """Return the cheapest meter of that scope, in words of docs/POWER.md."""
    found = cheapest(net_w if net_w and net_w > 0 else None, scope) or cheapest(None, scope)
    if found is None:
        return f"a meter of the scope {scope}"
    smallest = smallest_net_w(found)
    how = found.how.replace("`", "")
    article = "an" if found.name[0] in "aeiouI" else "a"
    return f"{article} {found.name} ({how}, resolves {smallest:.2g} W net in 60 s)"
