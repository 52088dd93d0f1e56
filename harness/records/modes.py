"""Power modes of a board: what may be asked for, what that means there, and what was read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DEFAULT = "default"  # as the board is found: nothing is touched
MAX = "max"  # the board's largest


@dataclass(frozen=True, kw_only=True)
class PowerMode:
    """One mode of a board's own table.

    `id` is nvpmodel's. `sets` maps files to values, in an order in which no bottom frequency is
    above its top at any time; `keeps` are files that the mode may move by itself; `off` are cores
    that it takes off line.
    """

    name: str
    id: int | None = None
    is_max: bool = False
    sets: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    off: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CpuPolicy:
    """One clock domain of cpufreq: its folder, its cores, and how far its numbers can be held to.

    `base_khz`: what a driver with turbo promises (None: not told). `boosts`: clocks above the top
    frequency are allowed.
    """

    folder: str
    cpus: tuple[int, ...]
    driver: str = ""
    base_khz: int | None = None
    boosts: bool = False


@dataclass(frozen=True, kw_only=True)
class InForce:
    """A mode as it was read back from the board: by policy its governor and its top frequency.

    `clocks_khz` maps a core to the lowest and the highest clock that fit the mode; None = unknown.
    """

    name: str
    id: int | None = None
    governors: Mapping[str, str] = field(default_factory=dict)
    caps_khz: Mapping[str, int] = field(default_factory=dict)
    clocks_khz: Mapping[int, tuple[int | None, int | None]] = field(default_factory=dict)


def resolve(modes: Sequence[PowerMode], asked: str) -> PowerMode | None:
    """Return the mode that a suite's word means on a board; None where there is none."""
    wanted = (mode for mode in modes if (mode.is_max if asked == MAX else mode.name == asked))
    return next(wanted, None)
