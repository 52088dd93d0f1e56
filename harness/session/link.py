"""The way to one board over a whole session: replaced when it is lost, with growing pauses.

When pauses do not help, the user's own `recover:` command may bring the board back, once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from harness.errors import HarnessError, LinkError
from harness.records.board import BoardEntry
from harness.session.recover import recover
from harness.transport.base import Transport

Opener = Callable[[BoardEntry], Transport]
Say = Callable[[str], None]
T = TypeVar("T")

WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Control:
    """How the caller asks boards to stop: `cancel` closes items after the current repetition."""

    def __init__(self) -> None:
        self.cancel = threading.Event()


class Link:
    """Holds the current transport; threads that share the board all see a re-opened one."""

    def __init__(self, entry: BoardEntry, opener: Opener) -> None:
        """Connect; raises LinkError or HostKeyError."""
        self._entry, self._opener = entry, opener
        self._may_recover = entry.recover is not None
        self.current = opener(entry)

    def reopen(self) -> None:
        """Replace a lost transport; raises LinkError when the board stays away."""
        self.close()
        self.current = self._opener(self._entry)

    def recover(self, say: Say) -> bool:
        """Run the user's command that brings this board back; False when there is none any more."""
        if not self._may_recover:
            return False
        self._may_recover = False
        return recover(self._entry, say)

    def close(self) -> None:
        """Give the way up; what runs on the board goes on."""
        with suppress(HarnessError, OSError):
            self.current.close()


class Patience:
    """How often a lost link is tried again: the pauses grow, and start anew after any success."""

    def __init__(self, link: Link, control: Control, say: Say) -> None:
        self._link, self._control, self._say = link, control, say
        self._failures = 0

    def success(self) -> None:
        """Something came over the link."""
        self._failures = 0

    def after(self, error: LinkError) -> None:
        """Pause and re-open; raises `error` again when the patience is at its end."""
        if self._control.cancel.is_set():
            raise error
        if self._failures >= len(WAITS_S):
            if not self._link.recover(self._say):
                raise error
            self._failures = 0
        self._say(f"{error.what}; trying again")
        # jittered: boards behind one switch must not come back all at once; a wish to stop ends the
        # pause, and the next failure ends the tries
        pause_s = WAITS_S[self._failures] * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        self._control.cancel.wait(pause_s)
        self._failures += 1
        with suppress(LinkError):
            self._link.reopen()


def persist(link: Link, control: Control, say: Say, action: Callable[[], T]) -> T:
    """Carry out `action`, again after each LinkError while there is patience."""
    patience = Patience(link, control, say)
    while True:
        try:
            return action()
        except LinkError as error:
            patience.after(error)
