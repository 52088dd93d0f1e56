"""All boards of a run side by side: one thread per group of boards, one queue of events out."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Self

from harness.session.carry_out import Session, carry_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.session.events import Event
    from harness.session.follow import Control


class Run:
    """Iterator over the events of all sessions; ends when each has accounted for its plan.

    Boards that share a machine (boot id) or a declared group take turns; all others run at once.
    Not a generator: one that is interrupted by Ctrl-C cannot be gone on with, this can.
    """

    def __init__(self, sessions: Sequence[Session], control: Control) -> None:
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=_take_turns, args=(g, control, self._events), daemon=True)
            for g in groups(sessions)
        ]
        self._running = len(threads)
        for thread in threads:
            thread.start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while self._running:
            event = self._events.get()
            if event is not None:
                return event
            self._running -= 1
        raise StopIteration


def groups(sessions: Sequence[Session]) -> list[list[Session]]:
    """Return sessions that must take turns together, in the plan's order."""
    grouped: dict[str, list[Session]] = {}
    for session in sessions:
        grouped.setdefault(_key(session), []).append(session)
    return list(grouped.values())


def _key(session: Session) -> str:
    facts = session.ready.facts
    if facts.entry.group:
        return f"group {facts.entry.group}"
    if facts.emulated or facts.entry.dir is not None:
        return f"board {facts.name}"
    return f"boot {facts.hello.boot_id}"


def _take_turns(
    group: Sequence[Session], control: Control, events: queue.SimpleQueue[Event | None]
) -> None:
    try:
        for session in group:
            carry_out(session, control, events.put)
    finally:
        events.put(None)
