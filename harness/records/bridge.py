"""A bridge between two scopes: what an external meter says, told from a board's own sensor.

One line of bridges.jsonl. Names are fixed: add, never rename. Watts are means over windows; every
`u_*` is k = 2. A figure that came over a bridge is never a measured one.
"""

from __future__ import annotations

from dataclasses import dataclass

# 1: first form (2026-11)
BRIDGE_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Source:
    """One side: its name, its scope, and what no averaging takes away (one standard deviation).

    `gain` is a share of every reading, `offset_w` the zero of the source in watts.
    """

    name: str
    scope: str
    gain: float
    offset_w: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Level:
    """What both sources said of one load over the same windows; u: noise of the mean alone."""

    load: str
    own_w: float
    u_own_w: float
    meter_w: float
    u_meter_w: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """meter_w = a_w + b * own_w, with the covariance that noise leaves (k = 1, watts squared).

    `spread_w` (k = 1) is how far the levels lie off the line beyond their noise; 0 where noise
    explains them.
    """

    a_w: float
    b: float
    var_a: float
    cov_ab: float
    var_b: float
    chi_square: float
    degrees: int
    spread_w: float


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """What one session found. `ratio` is net watts of the meter for one net watt of the sensor.

    `u_ratio` holds noise, spread and both gains; `u_ratio_noise` noise and spread alone. `line` is
    absent where it was refused, and `line_refused` says why. It holds between `from_w` and `to_w`
    of the sensor's gross watts.
    """

    schema: int = BRIDGE_SCHEMA
    board: str
    board_id: str
    mode: str
    run: str
    made: str
    own: Source
    meter: Source
    ratio: float
    u_ratio: float
    u_ratio_noise: float
    levels: tuple[Level, ...]
    from_w: float
    to_w: float
    line: Line | None = None
    line_refused: str = ""
