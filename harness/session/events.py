"""What a session tells its caller while it runs; plain facts, no presentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records.measurement import Measurement, PowerTrace, SampleSet


@dataclass(frozen=True, kw_only=True)
class Note:
    """Words about a board: connecting, retrying, waiting for a lease."""

    board: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Advanced:
    """A repetition of an item was finished."""

    board: str
    item: str
    label: str
    repetition: int
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Closed:
    """An item is accounted for; `samples` are its raw timings."""

    board: str
    measurement: Measurement
    samples: tuple[SampleSet, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Peaks:
    """The board's own limits, measured at the start of its session: ops/s per precision."""

    board: str
    ops_per_s: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """The raw power readings of a session: windows of its items, and idle."""

    board: str
    traces: tuple[PowerTrace, ...]


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A board gave up; its open items have been accounted for before this."""

    board: str
    error: Exception


Event = Note | Advanced | Closed | Traced | Peaks | Failed
