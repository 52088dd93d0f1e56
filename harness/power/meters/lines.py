"""The lines of a `command` meter, strictly: `watts`, or `t watts` with t in seconds."""

from __future__ import annotations

import re
from collections import deque
from decimal import Decimal
from typing import NamedTuple

from harness.errors import MeterError
from harness.power.meters.meter import Sample, checked
from harness.units import harmless

MAX_LINE = 200
# A clock of 100 ppm drifts by a hundredth of a millisecond over so many lines at 1,000 a second.
_REMEMBERED = 100
_NUMBER = r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?"
_LINE = re.compile(rf"\s*(?:({_NUMBER})\s+)?({_NUMBER})\s*", re.ASCII)


class Line(NamedTuple):
    """One line: `own_ns` is the program's own time, None when it says none."""

    own_ns: int | None
    watts: float


def parse(text: str, *, where: str) -> Line:
    """Return the line; raises MeterError for anything but one or two plain numbers."""
    match = _LINE.fullmatch(text) if len(text) <= MAX_LINE else None
    if not match:
        raise MeterError(
            f"printed {harmless(text)[:60]!r}, which is no reading",
            where=where,
            do="print `watts` or `seconds watts` a line, numbers only, and nothing else",
        )
    watts = checked(float(match.group(2)), where=where, name="the reading")
    own = match.group(1)
    return Line(None if own is None else round(Decimal(own) * 10**9), watts)


class Stamper:
    """Lines and their arrivals to samples.

    A line with a time of its own may come late (a buffer, a busy machine) but never early: the
    quickest of the last hundred lines says what the two clocks differ by. Lines without a time that
    arrive in one piece were taken some time since the piece before: one sample, their mean.
    """

    def __init__(self, *, where: str) -> None:
        self._where = where
        self._arrived_ns: int | None = None
        self._own_ns: int | None = None
        self._differences: deque[int] = deque(maxlen=_REMEMBERED)

    def take(self, lines: list[Line], now_ns: int) -> list[Sample | MeterError]:
        """Return the samples of lines that arrived together, an error where a time falls."""
        own = [line for line in lines if line.own_ns is not None]
        self._differences.extend(now_ns - line.own_ns for line in own if line.own_ns is not None)
        found = [self._timed(line.own_ns or 0, line.watts) for line in own]
        plain = [line.watts for line in lines if line.own_ns is None]
        before, self._arrived_ns = self._arrived_ns, now_ns
        if plain:
            begin_ns = before if len(plain) > 1 and before is not None else now_ns
            found.append(Sample(begin_ns, now_ns, sum(plain) / len(plain)))
        return found

    def _timed(self, own_ns: int, watts: float) -> Sample | MeterError:
        if self._own_ns is not None and own_ns <= self._own_ns:
            return MeterError(
                f"its times do not rise: {own_ns / 1e9:.6f} s after {self._own_ns / 1e9:.6f} s",
                where=self._where,
                do="print the time of each reading, in seconds of one clock that is never set",
            )
        self._own_ns = own_ns
        at_ns = own_ns + min(self._differences)
        return Sample(at_ns, at_ns, watts)
