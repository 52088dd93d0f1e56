"""`harness power`: what ties a board's own watts to a meter's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.commands.wishes import FAIL_ON_DEFAULT, WAIT, Wishes, seconds, statuses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.commands.planning import Chosen
    from harness.power.bridge import Names, Pair
    from harness.records.board import BoardEntry
    from harness.records.bridge import Bridge, Source
    from harness.records.measurement import Measurement
    from harness.session.ready import Ready
    from harness.store.reader import StoredRun
    from harness.suite.suite import Suite

# heavy, and as different in watts as a processor allows; the shape fits into any cache
LOADS = (("fp32", ("1", "half", "all")), ("w8a8", ("all",)))
SHAPE = "512x512x512"
BUDGET_S = 15.0

app = typer.Typer(no_args_is_help=True, help="Bridge a board's own sensor to a meter.")


@app.callback()
def _power() -> None:
    """Keep `bridge` a word of its own, though it is the only one."""


@app.command("bridge")
def bridge_board(
    board: str = typer.Argument(..., help="A board with a sensor of its own and a `meter:`."),
    window: float = typer.Option(
        10.0, min=1.0, max=3600.0, help="Seconds of a window; longer where a source needs it."
    ),
    windows: int = typer.Option(3, min=1, max=100, help="Windows of each load."),
    mode: str = typer.Option("default", help="The power mode that it is for."),
    wait: str = typer.Option("0s", help=WAIT),
) -> None:
    """Measure one board by its sensor and its meter at once, and keep how they relate."""
    from harness.boards.inventory import load_inventory
    from harness.commands.planning import Chosen
    from harness.commands.reaching import reach_all
    from harness.errors import ConfigError
    from harness.suite.select import select

    inventory = load_inventory(None)
    entry = select([board], inventory.entries, looked_in=inventory.looked_in)[0]
    if not entry.meters:
        raise ConfigError(
            f"{entry.name} has no meter to bridge to",
            where=str(inventory.path or "boards.yaml"),
            do="write `meter: ...`; three set-ups by price stand in docs/POWER.md",
        )
    wishes = Wishes(wait_s=seconds(wait), fail_on=statuses(FAIL_ON_DEFAULT), draws_report=False)
    ready, away = reach_all([entry])
    if away:
        raise next(iter(away.values()))
    try:
        meters = _meters(entry)
        _require_sensor(entry, ready[0], meters)
        suite = loads(entry.name, ready[0].facts.within(mode).hello.cores, window, windows, mode)
        chosen = Chosen(suite=suite, entries=(entry,), inventory=inventory.path)
        code, stored = _measured(chosen, ready, wishes)
    finally:
        for one in ready:
            one.link.close()
    _bridge_all(entry, ready[0], meters, stored)
    if code:
        raise typer.Exit(code)


def loads(board: str, cores: int, window_s: float, windows: int, mode: str) -> Suite:
    """Return the suite that is run: idleness comes by itself, before and after."""
    from harness.suite.suite import KernelBlock, Suite

    counts = {"half": str(cores // 2)} if cores > 2 else {}
    blocks = tuple(
        KernelBlock(
            ops=("gemm",),
            schemes=(scheme,),
            shapes=(SHAPE,),
            on=tuple(counts.get(count, count) for count in on if count != "half" or counts),
        )
        for scheme, on in LOADS
    )
    return Suite(
        name="power-bridge",
        boards=(board,),
        blocks=blocks,
        modes=(mode,),
        energy="all",
        overrides={
            "repetitions_min": 1,
            "repetitions_max": 1,
            "budget_s": BUDGET_S,
            "energy_windows": windows,
            "energy_window_s": window_s,
            "idle_s": window_s,
        },
    )


def _meters(entry: BoardEntry) -> tuple[Source, ...]:
    """Return what is known of the board's meters, before anything is measured."""
    from harness.commands.reaching import reach_entry
    from harness.power.sources import meter_sources
    from harness.session.sensing import traits_there

    return meter_sources(entry.meters, [traits_there(one, reach_entry) for one in entry.meters])


def _require_sensor(entry: BoardEntry, ready: Ready, meters: Sequence[Source]) -> None:
    from harness.errors import ConfigError

    if not ready.facts.sensors:
        raise ConfigError(
            f"{entry.name} has no sensor of its own: {ready.facts.sensor_absent}",
            do="its meter alone gives its watts: `harness run` reads it",
        )
    if ready.facts.emulated:
        raise ConfigError(f"{entry.name} is emulated: its watts are another machine's")
    first = ready.facts.sensors[0]
    own = first.total_scope if first.total else first.scope
    if all(meter.scope == own for meter in meters):
        raise ConfigError(
            f"sensor and meter of {entry.name} both have the scope {own}: there is nothing to cross"
        )


def _measured(chosen: Chosen, ready: Sequence[Ready], wishes: Wishes) -> tuple[int, StoredRun]:
    """Carry the suite out as any other; an interrupted one is no bridge."""
    from harness.commands.carrying import carry_out_new, command_line
    from harness.commands.planning import make_plan
    from harness.errors import EXIT_INTERRUPTED
    from harness.store.layout import results_root
    from harness.store.reader import read_run
    from harness.store.writer import RunWriter

    plan = make_plan(chosen, [r.facts for r in ready], keyword=None, profile=None)
    with RunWriter.create(
        results_root(), plan, command=command_line(), inventory=chosen.inventory, isa_mask=""
    ) as writer:
        code = carry_out_new(writer, plan, ready, {}, wishes)
    if code == EXIT_INTERRUPTED:
        raise typer.Exit(code)
    return code, read_run(writer.folder)


def _bridge_all(
    entry: BoardEntry, ready: Ready, meters: Sequence[Source], stored: StoredRun
) -> None:
    """Keep a bridge to each meter of another scope; then raise CannotTellError if one has none."""
    from harness.errors import CannotTellError
    from harness.power.bridge import bridge
    from harness.power.sources import own_source

    rows = stored.measurements
    own = own_source(ready.facts.sensors, [m.energy for m in rows])
    if own is None:
        why = next((m.energy_absent for m in rows if m.energy_absent), "it gave no joules")
        raise CannotTellError(f"{entry.name}: no watts of its own sensor: {why}")
    names = _names(stored, ready)
    refused: list[CannotTellError] = []
    for meter in meters:
        if meter.scope == own.scope:
            note(f"{meter.name} has the scope {own.scope}, as the sensor: no bridge is needed")
            continue
        try:
            _keep(bridge(names, own, meter, _pairs(rows, own, meter)))
        except CannotTellError as error:
            refused.append(error)
    if refused:
        raise refused[0]


def _names(stored: StoredRun, ready: Ready) -> Names:
    from harness.power.bridge import Names

    return Names(
        board=ready.facts.name,
        board_id=ready.facts.board_id,
        mode=stored.measurements[0].mode,
        run=stored.id,
        made=stored.facts.ended or stored.facts.started,
    )


def _pairs(rows: Sequence[Measurement], own: Source, meter: Source) -> list[Pair]:
    from harness.errors import CannotTellError
    from harness.power.bridge import Pair

    found, missing = [], dict[str, None]()
    for row in rows:
        by = {energy.source: energy for energy in row.energy}
        if own.name in by and meter.name in by:
            load = f"{row.workload} {row.scheme} {row.cores.cluster}"
            found.append(Pair(load=load, own=by[own.name], meter=by[meter.name]))
        else:
            missing[row.energy_absent or "an item has no joules of both sources"] = None
    words = "; ".join(missing)
    if not found:
        raise CannotTellError(f"no bridge to {meter.name}: {words or 'nothing was measured'}")
    if words:
        note(words)
    return found


def _keep(found: Bridge) -> None:
    from harness.report.bridges import told
    from harness.store.bridges import add_bridge
    from harness.store.layout import results_root

    path: Path = add_bridge(results_root(), found)
    out(told(found))
    out(f"kept in {path}: `harness report` and `harness show` tell runs of this board over it")
