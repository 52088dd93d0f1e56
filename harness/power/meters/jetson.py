"""NVIDIA's tegrastats on the board itself, where its power chip cannot be read: the last resort.

It prints once in a while, over the link, while the work runs: that disturbs more than the runner's
own sampling does, and its times are those of the lines' arrival.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters.listening import Listening
from harness.power.meters.meter import Sample, Traits, checked, not_from_here
from harness.power.tegrastats import Stats, parse, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.power.meters.listening import Lines
    from harness.power.meters.meter import Meter
    from harness.records.meter import MeterEntry

_FIRST_S = 5.0


def traits(entry: MeterEntry) -> Traits:
    """Those of the chip behind it; a line may be as old as the link and the program are slow."""
    return Traits(
        scope=entry.scope or "module",
        gain=0.02,
        quantum_w=0.04,
        period_ms=entry.period_ms or 500,
        lag_ms=250,
        minimum_window_s=10.0,
        pushes=True,
    )


def argv(entry: MeterEntry) -> list[str]:
    """Return how it is started on the board."""
    return [entry.target, "--interval", str(traits(entry).period_ms)]


def open_meter(entry: MeterEntry) -> Meter:
    """Refuse."""
    raise not_from_here(f"{entry.target} runs on the board itself")


class Tegrastats:
    """The board's total, line by line; `scope` is what the table of rails says of it."""

    def __init__(self, source: Lines, board: str, *, where: str, close: Callable[[], None]) -> None:
        """Wait for the first line; MeterError when it tells no total of this board."""
        self._lines = Listening(source, where=where)
        self._board, self._where, self._close = board, where, close
        self.scope = self._first()

    def read(self) -> Sample | None:
        """Return the next reading, None when a tenth of a second brought none."""
        found = self._lines.next()
        if found is None:
            return None
        arrived_ns, line = found
        _, milliwatts, _ = self._total(self._stats(line))
        return Sample(
            arrived_ns, arrived_ns, checked(milliwatts / 1e3, where=self._where, name="the total")
        )

    def close(self) -> None:
        """End the program there, and the way to it."""
        self._lines.close()
        self._close()

    def _first(self) -> str:
        until = time.monotonic() + _FIRST_S
        while time.monotonic() < until:
            found = self._lines.next()
            if found is not None:
                return self._total(self._stats(found[1]))[2]
        raise MeterError("printed nothing", where=self._where, do="does it run there by hand?")

    def _stats(self, line: bytes) -> Stats:
        stats, why = parse(line.decode("utf-8", "replace").strip())
        if stats is None:
            raise MeterError(why, where=self._where)
        return stats

    def _total(self, stats: Stats) -> tuple[str, int, str]:
        found = total(stats, self._board)
        if found is None:
            rails = ", ".join(stats.rails_mw) or "none"
            raise MeterError(f"no total of this board among its rails ({rails})", where=self._where)
        return found
