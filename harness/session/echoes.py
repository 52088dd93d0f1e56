"""A board's clock against the controller's: echoes over one channel that stays open.

A round trip on a channel that is open already costs no session and no process, so its half, which
bounds the offset, is as small as the link allows.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.errors import HarnessError, LinkError, ProtocolError
from harness.power.meters.offset import Echo, Offset, collect, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.session.ready import Ready
    from harness.transport.base import Stream

# a burst that takes longer is cut: a board that hangs must not hold its session
_LIMIT_S = 5.0
# of the program there: no controller that is lost leaves it behind for longer
LIFE_S = 7 * 86_400
_STAMP = re.compile(rb"[0-9]{1,19}\n")


class BoardClock:
    """Asks one board for its CLOCK_MONOTONIC; a link that fails only leaves fewer echoes."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._lock = threading.Lock()
        self._stream: Stream | None = None
        self._lines: Iterator[bytes] = iter(())
        self._echoes: list[Echo] = []
        self._asked_ns = 0

    def burst(self, count: int) -> None:
        """Take some echoes, over a new channel where the last one broke meanwhile."""
        with self._lock:
            was_open = self._stream is not None
            if not self._try(count) and was_open:
                self._try(count)

    def has_asked_since(self, controller_ns: int) -> bool:
        """Say whether a whole burst came back after a time of the controller's clock."""
        return self._asked_ns > controller_ns

    def offset(self) -> Offset:
        """Return board minus controller; CannotTellError when no echo came back."""
        return measure(tuple(self._echoes))

    def renew(self, ready: Ready) -> None:
        """Go on with a board that was made ready again; one that was started anew counts anew."""
        with self._lock:
            self._drop()
            if ready.facts.hello.boot_id != self._ready.facts.hello.boot_id:
                self._echoes.clear()
            self._ready = ready

    def close(self) -> None:
        """End the program there."""
        with self._lock:
            self._drop()

    def _try(self, count: int) -> bool:
        try:
            stream = self._open()
            limit = threading.Timer(_LIMIT_S, stream.close)
            limit.daemon = True
            limit.start()
            try:
                for _ in range(count):
                    self._echoes += collect(self._ask, count=1, clock=time.monotonic_ns)
            finally:
                limit.cancel()
            self._asked_ns = time.monotonic_ns()
        except (HarnessError, OSError, ValueError):  # ValueError: closed under our hands
            self._drop()
            return False
        return True

    def _open(self) -> Stream:
        if self._stream is None:
            argv = [self._ready.deployed.runner, "clock", str(LIFE_S)]
            self._stream = self._ready.transport.stream(argv, live=True)
            self._lines = self._stream.lines()
        return self._stream

    def _ask(self) -> int:
        if self._stream is None:
            raise LinkError("the channel was closed")
        self._stream.write(b"\n")
        line = next(self._lines, b"")
        if not _STAMP.fullmatch(line):
            raise ProtocolError(f"no time of a clock: {line[:40]!r}")
        return int(line)

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(HarnessError, OSError):
                stream.close()
