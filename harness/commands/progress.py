"""The display while a run is under way: a table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from harness.commands.console import clean, note
from harness.session.events import Advanced, Closed, Event, Failed, Note

if TYPE_CHECKING:
    from types import TracebackType

    from rich.live import Live
    from rich.table import Table

PLAIN_EVERY_S = 10.0
BAR_CELLS = 20


@dataclass
class _Board:
    words: str = "starting"
    done: int = 0
    total: int = 0
    closed: dict[str, int] = field(default_factory=dict)


class Progress:
    """Context manager that is fed every event."""

    def __init__(self, boards: list[str]) -> None:
        self._boards = {name: _Board() for name in boards}
        self._began = time.monotonic()
        self._spoke = 0.0
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(self._table(), console=Console(stderr=True), transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def feed(self, event: Event) -> None:
        """Take in one event and redraw."""
        board = self._boards.setdefault(event.board, _Board())
        match event:
            case Note():
                board.words = event.words
            case Advanced():
                board.words = f"{event.label} #{event.repetition}"
                board.done, board.total = event.done, event.total
            case Closed() if not event.is_open:
                status = event.measurement.status.value
                board.closed[status] = board.closed.get(status, 0) + 1
            case Failed():
                board.words = str(event.error).splitlines()[0]
            case _:
                return
        self._draw(event)

    def _draw(self, event: Event) -> None:
        if self._live is not None:
            self._live.update(self._table())
            return
        now = time.monotonic()
        loud = isinstance(event, (Note, Failed))
        if loud or now - self._spoke >= PLAIN_EVERY_S:
            self._spoke = now
            board = self._boards[event.board]
            note(f"[{now - self._began:4.0f} s] {event.board}: {board.words}{_share(board)}")

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{time.monotonic() - self._began:.0f} s", title_justify="left")
        for column in ("board", "progress", "now", "closed"):
            table.add_column(column)
        for name, board in self._boards.items():
            closed = "  ".join(f"{n} {status}" for status, n in sorted(board.closed.items()))
            cells = (name, _bar(board), board.words, closed)
            table.add_row(*(Text(clean(cell)) for cell in cells))
        return table


def _share(board: _Board) -> str:
    return f" ({100 * board.done // board.total} %)" if board.total else ""


def _bar(board: _Board) -> str:
    full = BAR_CELLS * board.done // board.total if board.total else 0
    return "#" * full + "." * (BAR_CELLS - full)
