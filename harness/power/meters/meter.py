"""What every external meter promises: watts with the controller's stamps around the request."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.records.meter import MeterEntry

# SCPI instruments say "no value" with 9.9E37 or 9.91E37; nothing that is measured here comes near.
_NO_VALUE_W = 1e9


class Sample(NamedTuple):
    """One reading: it was taken between `begin_ns` and `end_ns` of the controller's clock.

    The clock is CLOCK_MONOTONIC. `counter_j` is the meter's own energy counter, where it has one.
    """

    begin_ns: int
    end_ns: int
    watts: float
    counter_j: float | None = None


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is known of a meter before it is opened; assumptions unless its user says better.

    `gain` is one standard deviation as a share of the reading. `lag_ms` bounds the age of a value
    that it hands out. A window shorter than `minimum_window_s` is mostly its edges.
    """

    scope: str
    gain: float
    quantum_w: float
    period_ms: int
    lag_ms: int
    minimum_window_s: float
    pushes: bool = False  # speaks by itself: `read` waits for it, and nobody waits in between


class Meter(Protocol):
    """An open meter."""

    def read(self) -> Sample | None:
        """Take one reading; None when a meter that speaks by itself has said nothing yet.

        Raises MeterError when there is none this time, MeterGoneError when none will follow.
        """
        ...

    def close(self) -> None:
        """Let go of it; never raises, and may be called twice."""
        ...


class Kind(Protocol):
    """A kind of meter: modules satisfy this."""

    def traits(self, entry: MeterEntry) -> Traits:
        """Say what the kind is like, before what the user says of his own."""
        ...

    def open_meter(self, entry: MeterEntry) -> Meter:
        """Reach the meter; raises MeterError in words when it cannot be had."""
        ...


class Value(NamedTuple):
    """What one request brought."""

    watts: float
    counter_j: float | None = None


def stamped(ask: Callable[[], Value]) -> Sample:
    """Carry out one request between two looks at the clock."""
    begin_ns = time.monotonic_ns()
    value = ask()
    end_ns = time.monotonic_ns()
    return Sample(begin_ns, end_ns, value.watts, value.counter_j)


def not_from_here(why: str) -> MeterError:
    """Return the refusal of a kind that is read on a board, which nobody here knows the way to."""
    return MeterError(
        f"{why} and is not read by the controller",
        where="boards.yaml",
        do="a session reads it: `harness run`",
    )


def checked(watts: object, *, where: str, name: str) -> float:
    """Return a meter's value as a number of watts; what is no number is an error, never 0 W."""
    if isinstance(watts, bool) or not isinstance(watts, int | float):
        raise MeterError(f"{name} is {watts!r:.60}, which is no number", where=where)
    if not math.isfinite(watts) or abs(watts) > _NO_VALUE_W:
        raise MeterError(f"{name} is {watts!r:.60}: the meter has no value", where=where)
    return float(watts)
