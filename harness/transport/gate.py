"""Few logins at once for each SSH server, and fewer still for one that has hung up on us.

sshd counts those who have not logged in yet (MaxStartups) and turns a crowd away by chance.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 6


class Gate:
    """Lets a few threads through at a time."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._inside = 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for a place, and hold it for the time of the block."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self._at_once)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def narrow(self) -> None:
        """Let half as many through from now on: the server said that it was too many."""
        with self._changed:
            self._at_once = max(1, self._at_once // 2)


_LOCK = threading.Lock()
_GATES: dict[tuple[str, ...], Gate] = {}


def gate_of(way: tuple[str, ...]) -> Gate:
    """Return the process's one gate of a server; `way` names the hops to it, itself last."""
    with _LOCK:
        return _GATES.setdefault(way, Gate())
