"""Sensors on trial, once a session and board: do the watts follow the load, what costs reading.

Holds what was found and its words; judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LoadStep:
    """Watts of one source with every core idle and at work.

    `believed` None: it cannot be told. `limit_w`: what the watts had to move by (three of the
    uncertainties of both means); the watts are absent where the step was not taken.
    """

    source: str
    believed: bool | None = None
    words: str
    idle_w: float | None = None
    load_w: float | None = None
    limit_w: float | None = None


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Median of paired ratios, and an interval that holds the true median (95 % from 6 pairs)."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class SamplingCost:
    """Time of one fixed piece of work while sensors are read, over its time while they are not.

    `wall` and `cpu`: read as they are in energy windows; `fast_*`: four times as often.
    `readings` of all sensors at the usual pace, `reader_cpu_ns` of the sampling thread a reading.
    `spare`: a core was left to that thread. `ran`: the share of the time that the unread work had
    its cores to itself; where others ran there, too, wall times tell of them.
    """

    pairs: int
    cpu_mask: str
    spare: bool
    wall: Ratio
    cpu: Ratio
    fast_wall: Ratio
    fast_cpu: Ratio
    readings: int
    fast_readings: int
    reader_cpu_ns: float | None = None
    ran: float


@dataclass(frozen=True, kw_only=True)
class SensorTrial:
    """Both findings about the sensors of one board."""

    load_steps: tuple[LoadStep, ...] = ()
    cost: SamplingCost | None = None
