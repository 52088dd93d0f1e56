"""An open run taken up again: what is missing in it, and the boards that may hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.commands.carrying import (
    Away,
    account_away,
    finish,
    keep_environments,
    measure,
    sessions_of,
)
from harness.commands.console import note
from harness.errors import BoardError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from harness.commands.wishes import Wishes
    from harness.records.board import BoardEntry
    from harness.records.item import Planned
    from harness.session.link import Control
    from harness.session.ready import Ready
    from harness.store.reader import StoredRun
    from harness.store.writer import RunWriter


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """A run that is written again, as it was stored, and its items without a verdict by board."""

    writer: RunWriter
    stored: StoredRun
    items: dict[str, list[Planned]]


def reopen(folder: Path) -> Reopened:
    """Open a run for writing; ConfigError when closed, LeaseHeldError while it is under way."""
    from harness.records.attempts import current
    from harness.records.rules import is_open
    from harness.store.reader import read_run
    from harness.store.writer import RunWriter

    writer = RunWriter.resume(folder)
    try:
        stored = read_run(folder)
        _require_our_version(stored)
    except BaseException:
        writer.leave()
        raise
    rows = current(stored.attempts)
    items: dict[str, list[Planned]] = {}
    for planned in stored.plan.items:
        row = rows.get((planned.board, planned.item.item_id))
        if row is None or is_open(row):
            items.setdefault(planned.board, []).append(planned)
    return Reopened(writer=writer, stored=stored, items=items)


def _require_our_version(stored: StoredRun) -> None:
    """Items of one run are made by one version: another may build its networks otherwise."""
    from harness import __version__

    if stored.facts.harness != __version__:
        raise ConfigError(
            f"this run was begun by harness {stored.facts.harness}, this is {__version__}",
            where=str(stored.folder),
            do="finish it with the version that began it, or start a new run",
        )


def entries(inventory: Path | None, boards: Iterable[str]) -> list[BoardEntry]:
    """Return the inventory entries of a stored run's boards; UnknownBoardError when one is gone."""
    from harness.boards.inventory import load_inventory
    from harness.suite.select import select

    names = list(boards)
    if not names:
        return []
    found = load_inventory(inventory)
    return list(select(names, found.entries, looked_in=found.looked_in))


def reach_for(run: Reopened, *, isa_mask: str) -> tuple[list[Ready], Away]:
    """Reach the boards that still owe something; a swapped board counts as away."""
    from harness.commands.planning import settle_again
    from harness.commands.reaching import reach_all

    settle_again(run.stored.plan, [one for items in run.items.values() for one in items])
    wanted = entries(run.writer.inventory, run.items)
    if wanted:
        note(f"reaching {', '.join(e.name for e in wanted)}")
    found, away = reach_all(wanted, isa_mask=isa_mask)
    known = {e.board: e.board_id for e in run.stored.environments.values()}
    ready = []
    for one in found:
        name = one.facts.name
        if known.get(name, one.facts.board_id) == one.facts.board_id:
            ready.append(one)
            continue
        one.link.close()
        away[name] = BoardError(
            "another board answers than the one this run was begun on",
            where=name,
            do="put the first one back, or measure this one in a run of its own",
        )
        note(str(away[name]))
    return ready, away


def go_on(
    run: Reopened,
    ready: Sequence[Ready],
    away: Away,
    wishes: Wishes,
    control: Control,
    *,
    gives_up: bool = False,
) -> int:
    """Fetch what boards hold, measure what is missing there, end the run; returns the exit code.

    With `control` cancelled nothing new is begun. Boards that are `away` keep the run open, unless
    it `gives_up` on them.
    """
    from harness.commands.recording import Recorder

    recorder = Recorder(
        writer=run.writer, fail_on=wishes.fail_on, attempts=list(run.stored.attempts)
    )
    plan = run.stored.plan
    if gives_up:
        account_away(recorder, plan, away)
    else:
        recorder.unfetched += list(away)
        recorder.errors += list(away.items())
    keep_environments(run.writer, ready)
    sessions = sessions_of(run.writer.run, plan, ready, wishes, items=run.items, writer=run.writer)
    interrupted = measure(sessions, recorder, control) and not gives_up
    return finish(recorder, plan, ready, away, wishes, interrupted=interrupted, gives_up=gives_up)
