"""What a board really draws: idle, work, noise, ripple, wandering; and exact joules of it.

Net is what the work added: the board's own noise and its wandering idle go on beneath the work, and
belong to gross power only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GRID_S = 0.0033
_WANDER_GRID_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Load:
    """Power of one rail, in watts, and how it moves."""

    idle_w: float
    net_w: float
    noise_w: float = 0.08
    tau_s: float = 1.0
    wander_w: float = 0.015
    wander_tau_s: float = 120.0
    ripple_w: float = 0.1
    ripple_hz: float = 27.3


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One item of a session: idle, windows with other items between them, idle; in seconds."""

    windows: int = 5
    window_s: float = 10.0
    idle_s: float = 15.0
    others_s: float = 24.0  # other items' windows between two of ours
    lead_s: float = 0.3  # the process warms up before its window, and checks after it
    tail_s: float = 0.05
    guard_s: float = 4.0

    def spans(self) -> tuple[tuple[float, float], list[tuple[float, float]], tuple[float, float]]:
        """Return idle before, the windows, idle after: (begin, end) since the session's start."""
        t = self.guard_s
        before = (t, t + self.idle_s)
        t += self.idle_s + self.guard_s + self.others_s / 2
        work = []
        for _ in range(self.windows):
            work.append((t, t + self.window_s))
            t += self.window_s + self.others_s
        t -= self.others_s / 2 - self.guard_s
        return before, work, (t, t + self.idle_s)


class Power:
    """One draw of a rail's true power around the windows of a session."""

    def __init__(self, load: Load, timing: Timing, rng: np.random.Generator) -> None:
        self.load = load
        before, self.work, after = timing.spans()
        self._lead, self._tail = timing.lead_s, timing.tail_s
        self._phase = float(rng.uniform(0, 2 * np.pi))
        ends = np.arange(0.0, after[1] + timing.guard_s + 2.0, _WANDER_GRID_S)
        keep = float(np.exp(-_WANDER_GRID_S / load.wander_tau_s))
        self._wander_t, self._wander = ends, ou(rng, len(ends), keep, load.wander_w)
        self._pieces = [
            self._piece(a, b, timing.guard_s, rng) for a, b in (before, *self.work, after)
        ]

    def _piece(
        self, begin: float, end: float, guard: float, rng: np.random.Generator
    ) -> tuple[Floats, Floats, Floats]:
        t = np.arange(begin - guard, end + guard, GRID_S)
        keep = float(np.exp(-GRID_S / self.load.tau_s))
        background = self.load.idle_w + np.interp(t, self._wander_t, self._wander)
        background += ou(rng, len(t), keep, self.load.noise_w)
        work = self._work(t)
        whole = background + work
        return t, whole, _integral(t, whole)

    def _work(self, t: Floats) -> Floats:
        on = np.zeros(len(t), dtype=bool)
        for begin, end in self.work:
            on |= (t >= begin - self._lead) & (t < end + self._tail)
        ripple = self.load.ripple_w * np.sin(2 * np.pi * self.load.ripple_hz * t + self._phase)
        return np.where(on, self.load.net_w + ripple, 0.0)

    def _of(self, t: float) -> tuple[Floats, Floats, Floats]:
        return next(piece for piece in self._pieces if piece[0][0] <= t <= piece[0][-1])

    def at(self, t: Floats) -> Floats:
        """Return watts at times that lie around one window."""
        grid, watts, _ = self._of(float(t[len(t) // 2]))
        return np.interp(t, grid, watts)

    def joules_to(self, t: Floats) -> Floats:
        """Return joules since a fixed time before the window that `t` lies around."""
        grid, _, joules = self._of(float(t[len(t) // 2]))
        return np.interp(t, grid, joules)

    def gross_j(self) -> float:
        """Return the energy of all windows."""
        return sum(float(np.diff(self.joules_to(np.array([a, a, b]))).sum()) for a, b in self.work)

    def net_j(self) -> float:
        """Return what the work added in all windows."""
        total = 0.0
        w = 2 * np.pi * self.load.ripple_hz
        for a, b in self.work:
            ripple = (np.cos(w * a + self._phase) - np.cos(w * b + self._phase)) / w
            total += self.load.net_w * (b - a) + self.load.ripple_w * float(ripple)
        return total


def ou(rng: np.random.Generator, count: int, keep: float, sigma: float) -> Floats:
    """Return AR(1) noise that keeps so much of itself from one value to the next."""
    drive = rng.normal(0, sigma * np.sqrt(1 - keep * keep), count)
    drive[0] = rng.normal(0, sigma)
    return np.asarray(lfilter([1.0], [1.0, -keep], drive))


def _integral(t: Floats, watts: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum((watts[1:] + watts[:-1]) / 2 * np.diff(t))))
