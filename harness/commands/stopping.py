"""Ctrl-C, SIGTERM and SIGHUP as a wish to stop: the board is told, what is finished is kept."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.commands.console import note

if TYPE_CHECKING:
    from types import FrameType

    from harness.session.link import Control

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether the user asked, and whether he asked again."""

    def __init__(self, control: Control, *, leaves_at_once: bool) -> None:
        self._control, self._leaves_at_once = control, leaves_at_once
        self.at_once = False

    def asked(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal: the first one cancels on the boards, a second one does not wait."""
        if not self._control.cancel.is_set():
            note("stopping: items close after the repetition that is under way; again = at once")
            self._control.cancel.set()
            return
        self.at_once = True
        if self._leaves_at_once:
            raise KeyboardInterrupt


@contextmanager
def stoppable(control: Control, *, leaves_at_once: bool = False) -> Iterator[Stop]:
    """Turn signals into `control.cancel` inside the block; handlers are given back after it."""
    stop = Stop(control, leaves_at_once=leaves_at_once)
    before = [(number, signal.signal(number, stop.asked)) for number in SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)
