"""A program on a board whose lines come by themselves; a thread listens, nobody waits for one.

What the lines mean is the business of whoever holds this.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Protocol

from harness.errors import HarnessError, MeterError, MeterGoneError

if TYPE_CHECKING:
    from collections.abc import Iterator

# silence of so long is a reason to speak of; lines may still come afterwards
SILENT_S = 10.0
_WAIT_S = 0.1


class Lines(Protocol):
    """Lines of a program on a board, as they come."""

    def lines(self) -> Iterator[bytes]:
        """Yield each line; ends or raises a HarnessError when none will follow."""
        ...

    def close(self) -> None:
        """End it, from any thread."""
        ...


class Listening:
    """Lines with the controller's time of their arrival, in ns of CLOCK_MONOTONIC."""

    def __init__(self, source: Lines, *, where: str) -> None:
        self._source = source
        self._where = where
        self._heard = time.monotonic()
        self._found: queue.SimpleQueue[tuple[int, bytes] | MeterGoneError] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name=f"lines of {where}", daemon=True).start()

    def next(self, wait_s: float = _WAIT_S) -> tuple[int, bytes] | None:
        """Return the next line and its arrival, None when none came meanwhile.

        Raises MeterGoneError when none will follow, MeterError after a long silence.
        """
        try:
            one = self._found.get(timeout=wait_s)
        except queue.Empty:
            if time.monotonic() - self._heard > SILENT_S:
                self._heard = time.monotonic()
                raise MeterError(f"sent nothing for {SILENT_S:g} s", where=self._where) from None
            return None
        self._heard = time.monotonic()
        if isinstance(one, MeterGoneError):
            raise one
        return one

    def close(self) -> None:
        """End the program there."""
        with contextlib.suppress(HarnessError, OSError):
            self._source.close()

    def _listen(self) -> None:
        words = "has ended"
        try:
            for line in self._source.lines():
                self._found.put((time.monotonic_ns(), line))
        except HarnessError as error:
            words = error.what
        self._found.put(MeterGoneError(words, where=self._where))
