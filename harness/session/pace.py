"""Does a board's clock go as fast as ours? By when its frames came, over ten seconds and more.

A frame may come late, never early: a board that claims more time than passed here since it got its
order is found at once, one that claims less only where its frames fall behind evenly, as no pause
of link or controller does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LEAST_S = 10.0
_PARTS = 5
_EVEN = 0.2  # how far one may lie off the line between the ends, as a share of their way
Point = tuple[float, float]  # stamp of the board, arrival here; both in seconds


@dataclass
class Pace:
    """Arrivals of the frames of one worker, which got its order at `begun_s` of our clock."""

    begun_s: float
    seen: list[Point] = field(default_factory=list)

    def arrived(self, board_ns: int, here_s: float) -> None:
        """Take in one frame, that was closed on the board at `board_ns` of its CLOCK_MONOTONIC."""
        self.seen.append((board_ns / 1e9, here_s))

    @property
    def slowness(self) -> float | None:
        """Return by what share our clock went further than the board's; None = cannot be told."""
        size = len(self.seen) // _PARTS
        if size == 0 or self.seen[-1][0] - self.seen[0][0] < LEAST_S:
            return None
        claimed = self.seen[-1][0] - self.seen[0][0]
        ahead = (self.seen[-1][1] - self.begun_s) / claimed - 1
        parts = [self.seen[size * n : size * (n + 1)] for n in range(_PARTS)]
        return ahead if ahead < 0 else _behind(parts)


def _behind(parts: list[list[Point]]) -> float:
    # what was delayed least tells most
    delays = [min(here - board for board, here in part) for part in parts]
    way, steps = delays[-1] - delays[0], len(parts) - 1
    if way <= 0 or parts[-1][0][0] <= parts[0][0][0]:
        return 0.0
    off = max(abs(delay - delays[0] - way * n / steps) for n, delay in enumerate(delays))
    return way / (parts[-1][0][0] - parts[0][0][0]) if off <= _EVEN * way else 0.0
