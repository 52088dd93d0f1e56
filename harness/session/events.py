"""What a session tells its caller while it runs; plain facts, no presentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records.measurement import Environment, Measurement, PowerTrace, SampleSet
    from harness.records.trial import SensorTrial


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
class Began:
    """An attempt is about to start on a board: where its spool will lie, and in what state it is.

    Written down so that a later controller finds it.
    """

    board: str
    attempt: int
    directory: str
    runner_sha256: str
    environment: Environment


@dataclass(frozen=True, kw_only=True)
class Closed:
    """One attempt at an item has its row; `samples` are its raw timings.

    `is_open`: the item is not accounted for by this row, it will be tried again.
    """

    board: str
    measurement: Measurement
    samples: tuple[SampleSet, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Peaks:
    """The board's own limits, measured at the start of its session.

    Operations/s by precision; bytes/s that one core reads from a level of memory ("~L2": the
    board does not tell its caches' sizes, and a usual one was taken).
    """

    board: str
    ops_per_s: dict[str, float]
    read_bytes_per_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What the sensors of a board were found to be worth at the end of an attempt."""

    board: str
    trial: SensorTrial


@dataclass(frozen=True, kw_only=True)
class Traced:
    """The raw power readings of a session: windows of its items, and idle."""

    board: str
    traces: tuple[PowerTrace, ...]


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A board gave up; its open items have been accounted for before this.

    `has_more`: a worker may still be at work there, and its spool can be fetched later.
    """

    board: str
    error: Exception
    has_more: bool = False


Event = Note | Began | Advanced | Closed | Traced | Tried | Peaks | Failed
