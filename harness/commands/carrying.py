"""A plan on boards that are ready: sessions, the road of their events, the end of the run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.console import note, out
from harness.errors import EXIT_BUG, EXIT_INTERRUPTED, HarnessError, UnknownTargetError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from harness.commands.recording import Recorder
    from harness.commands.wishes import Wishes
    from harness.records.item import Plan, Planned
    from harness.session.link import Control
    from harness.session.order import Session
    from harness.session.ready import Ready
    from harness.store.writer import RunWriter

POLL_S = 0.5
# how long boards may take to hear that the run is over
PATIENCE_S = 5.0

Away = dict[str, HarnessError]


def command_line() -> str:
    """Return how this process was called, as it is kept with a run."""
    return shlex.join(["harness", *sys.argv[1:]])


def sessions_of(
    run_id: str,
    plan: Plan,
    ready: Sequence[Ready],
    wishes: Wishes,
    *,
    items: Mapping[str, Sequence[Planned]] | None = None,
    writer: RunWriter | None = None,
) -> list[Session]:
    """Return a session for each board: all that is planned there, or only `items`.

    With `writer` they go on with what an earlier controller of that run has begun.
    """
    from harness.boards.facts import environment
    from harness.commands.planning import Workshop
    from harness.commands.reaching import reach_entry
    from harness.records.environment import environment_hash
    from harness.session.judge import Context
    from harness.session.order import Session

    workshop = Workshop(plan)
    sessions = []
    for one in ready:
        name = one.facts.name
        planned = plan.of(name) if items is None else items[name]
        context = Context(
            run=run_id,
            plan=plan,
            facts=one.facts,
            environment=environment_hash(environment(one.facts)),
            runner_sha256=one.deployed.sha256,
        )
        session = Session(
            ready=one,
            context=context,
            works=workshop.works([p for p in planned if not p.skip], one.facts),
            skips=[p for p in planned if p.skip],
            isa_mask=wishes.isa_mask,
            wait_s=wishes.wait_s,
            is_resumed=writer is not None,
            past=[b for b in writer.begun if b.board == name] if writer else (),
            reach=reach_entry,
        )
        sessions.append(session)
    return sessions


def carry_out_new(
    writer: RunWriter, plan: Plan, ready: Sequence[Ready], away: Away, wishes: Wishes
) -> int:
    """Carry out a run that was just created, to its report; returns the exit code."""
    from harness.commands.recording import Recorder

    recorder = Recorder(writer=writer, fail_on=wishes.fail_on)
    keep_environments(writer, ready)
    account_away(recorder, plan, away)
    interrupted = measure(sessions_of(writer.run, plan, ready, wishes), recorder)
    return finish(recorder, plan, ready, away, wishes, interrupted=interrupted)


def keep_environments(writer: RunWriter, ready: Sequence[Ready]) -> None:
    """Store the state of each board, and what was looked for where no power sensor is."""
    from harness.boards.facts import environment

    for one in ready:
        writer.add_environment(environment(one.facts))
        if not one.facts.sensors:
            writer.no_sensor(one.facts.name, one.facts.sensor_absent)


def account_away(recorder: Recorder, plan: Plan, away: Away) -> None:
    """Boards that could not be reached: their items are rows too."""
    from harness.session.away import rows
    from harness.session.events import Closed, Failed

    known = {(row.board, row.item) for row in recorder.rows}
    for name, error in away.items():
        for row in rows(recorder.writer.run, plan, name, error):
            if (row.board, row.item) not in known:
                recorder.take(Closed(board=name, measurement=row))
        if not isinstance(error, UnknownTargetError):
            recorder.take(Failed(board=name, error=error))


def measure(
    sessions: Sequence[Session], recorder: Recorder, control: Control | None = None
) -> bool:
    """Feed every event to the store and the display; returns whether the user stopped the run."""
    from harness.commands.progress import Progress
    from harness.commands.stopping import stoppable
    from harness.session.link import Control
    from harness.session.run import Run

    control = control or Control()
    with (
        stoppable(control) as stop,
        Progress([s.ready.facts.name for s in sessions]) as progress,
    ):
        under_way = Run(sessions, control)
        try:
            while not under_way.is_over and not stop.at_once:
                event = under_way.get(POLL_S)
                if event is not None:
                    recorder.take(event)
                    progress.feed(event)
        finally:
            # however this ends, no worker of ours goes on measuring for nobody
            interrupted = control.cancel.is_set()
            for event in under_way.stop(PATIENCE_S):
                recorder.take(event)
    return interrupted


def finish(
    recorder: Recorder,
    plan: Plan,
    ready: Sequence[Ready],
    away: Container[str],
    wishes: Wishes,
    *,
    interrupted: bool,
    gives_up: bool = False,
) -> int:
    """Account for what is left, close the run or leave it open, print it; returns the exit code.

    A board that went away with a worker on it leaves the run open, unless the user `gives_up`.
    """
    lost = recorder.account(plan, ready, "stopped at once" if interrupted else "")
    code = recorder.exit_code([EXIT_INTERRUPTED] if interrupted else [EXIT_BUG] if lost else [])
    writer = recorder.writer
    if gives_up:
        recorder.unfetched.clear()
    if recorder.unfetched:
        writer.event("run_left", {"exit_code": code, "boards": recorder.unfetched})
        writer.leave()
    else:
        writer.close(code)
    _print(recorder, plan, away)
    if wishes.draws_report:
        _draw(writer.folder)
    return code


def _print(recorder: Recorder, plan: Plan, away: Container[str]) -> None:
    from harness.report.text import item_lines

    order = {(p.board, p.item.item_id): n for n, p in enumerate(plan.items)}
    rows = sorted(recorder.rows, key=lambda m: order.get((m.board, m.item), len(order)))
    for line in item_lines(rows):
        out(line)
    for board, error in recorder.errors:
        if board not in away:  # those were named at the start
            note(f"{board}: {error}")
    run = recorder.writer.run
    if recorder.unfetched:
        boards = ", ".join(recorder.unfetched)
        note(f"{boards}: went away with a worker on it; what it finishes is kept there")
        note(f"the run stays open: `harness resume {run[:16]}` fetches it, `harness stop` gives up")
    out(f"run {run}  {recorder.writer.folder}")


def _draw(folder: Path) -> None:
    from harness.commands.report import draw
    from harness.store.reader import read_run

    place = folder / "report.html"
    draw([read_run(folder)], place)
    out(f"report {place}")
