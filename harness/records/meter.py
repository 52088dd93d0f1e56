"""A meter as the user's inventory names it: where it is and what is known of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records.board import BoardEntry


@dataclass(frozen=True, kw_only=True)
class MeterEntry:
    """One external meter of one board. What is None takes the kind's own value.

    `target` is a URL, a VISA resource, a command line, a serial number, or the name of the other
    board that the meter hangs on (kind `board`, with the label of its hwmon sensor; `at` is that
    board's own entry), or of a program on the board itself (kind `tegrastats`; `at` is its entry).
    `window_s` is the shortest window it is worth reading.
    """

    kind: str
    target: str
    element: int | None = None
    queries: tuple[str, ...] = ()
    channel: int = 0
    hwmon: str = ""
    scope: str | None = None
    gain: float | None = None
    quantum_w: float | None = None
    period_ms: int | None = None
    window_s: float | None = None
    at: BoardEntry | None = field(default=None, compare=False, repr=False)
