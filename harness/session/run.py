"""All boards of a run side by side: one thread per group of boards, one queue of events out."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from harness.session.carry_out import carry_out
from harness.session.order import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.session.events import Event
    from harness.session.link import Control


class Run:
    """All sessions under way; `get` hands out their events until each has accounted for its plan.

    Boards that share a machine (boot id) or a declared group take turns; all others run at once.
    """

    def __init__(self, sessions: Sequence[Session], control: Control) -> None:
        self._control = control
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=_take_turns, args=(g, control, self._events), daemon=True)
            for g in groups(sessions)
        ]
        self._running = len(threads)
        for thread in threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether every session has ended and all its events were handed out."""
        return self._running == 0

    def get(self, timeout_s: float) -> Event | None:
        """Return the next event, or None when none came in time or a group ended."""
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if event is None:
            self._running -= 1
        return event

    def stop(self, patience_s: float) -> Iterator[Event]:
        """Cancel on the boards and yield what still comes within `patience_s`.

        A controller that ends on purpose leaves no worker behind.
        """
        self._control.cancel.set()
        until = time.monotonic() + patience_s
        while not self.is_over and (left := until - time.monotonic()) > 0:
            event = self.get(left)
            if event is not None:
                yield event


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
    if facts.entry.dir is not None:
        # a directory is a lease: two names of one would only wait for each other
        return f"boot {facts.hello.boot_id} {facts.entry.dir}"
    if facts.emulated:
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
