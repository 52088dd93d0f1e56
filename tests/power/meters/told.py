"""A program on a board that has said all it has to say."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Told:
    """Lines that are there already, then an end or an error."""

    def __init__(self, *lines: bytes, error: Exception | None = None) -> None:
        self._lines, self._error = lines, error
        self.closed = threading.Event()

    def lines(self) -> Iterator[bytes]:
        yield from self._lines
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        self.closed.set()
