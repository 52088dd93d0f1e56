"""A sensor of another board of the inventory, whose runner sends its readings line by line.

How that board is reached is the session's business: here are lines, in the form of the runner's
verb `sense`, and what becomes of them. The readings carry that board's own clock.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters.listening import Lines, Listening
from harness.power.meters.meter import Sample, Traits, checked, not_from_here

if TYPE_CHECKING:
    from harness.power.meters.meter import Meter
    from harness.records.board import SensorFile
    from harness.records.meter import MeterEntry

_LEAST_WINDOW_S = 10.0
_LINE = re.compile(rb"([0-9]{1,19}) (-?[0-9]{1,19}) (-?[0-9]{1,19})\n")
_FAILED = b"!\n"


def traits(entry: MeterEntry) -> Traits:
    """Before the sensor is known: those of the usual chip, an INA226."""
    return Traits(
        scope=entry.scope or "board",
        gain=0.02,
        quantum_w=0.025,
        period_ms=100,
        lag_ms=100,
        minimum_window_s=_LEAST_WINDOW_S,
        pushes=True,
    )


def traits_of_sensor(sensor: SensorFile) -> Traits:
    """Return what is known of a sensor; its value may be as old as its period."""
    return Traits(
        scope="board",  # it stands in another board's supply, whatever it is to its own board
        gain=sensor.gain,
        quantum_w=sensor.quantum_w,
        period_ms=sensor.period_ms,
        lag_ms=sensor.period_ms,
        minimum_window_s=_LEAST_WINDOW_S,
        pushes=True,
    )


def open_meter(entry: MeterEntry) -> Meter:
    """Refuse."""
    raise not_from_here(f"hangs on the board {entry.target!r}")


class Another:
    """The readings of one sensor."""

    def __init__(self, source: Lines, sensor: SensorFile, *, where: str) -> None:
        self._lines = Listening(source, where=where)
        self._sensor = sensor
        self._where = where
        self._before: tuple[int, int] | None = None

    def read(self) -> Sample | None:
        """Return the next reading, None when a tenth of a second brought none."""
        found = self._lines.next()
        return None if found is None else self._sample(found[1])

    def close(self) -> None:
        """End the program there."""
        self._lines.close()

    def _sample(self, line: bytes) -> Sample | None:
        match = _LINE.fullmatch(line)
        if match is None:
            words = "the sensor could not be read" if line == _FAILED else f"sent {line[:60]!r}"
            raise MeterError(words, where=self._where)
        t_ns, raw, raw2 = (int(word) for word in match.groups())
        if self._sensor.kind == "energy":
            return self._counted(t_ns, raw)
        value = raw * raw2 if self._sensor.kind == "product" else raw
        return Sample(t_ns, t_ns, self._checked(value * self._sensor.scale))

    def _counted(self, t_ns: int, raw: int) -> Sample | None:
        """Mean power since the reading before: taken some time in between."""
        before, self._before = self._before, (t_ns, raw)
        if before is None or t_ns <= before[0]:
            return None
        step = raw - before[1]
        if self._sensor.wrap_raw:
            step %= self._sensor.wrap_raw + 1
        seconds = (t_ns - before[0]) / 1e9
        return Sample(before[0], t_ns, self._checked(step * self._sensor.scale / seconds))

    def _checked(self, watts: float) -> float:
        return checked(watts, where=self._where, name=self._sensor.label)
