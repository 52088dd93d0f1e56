"""Does a board's clock go as fast as ours? By when its frames came, over ten seconds and more.

A frame may come late, never early: a board that claims more time than passed here since it got its
order is found at once, one that claims less only where its frames fall behind evenly, as no pause
of link or controller does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LEAST_S = 10.0
_EVEN = 0.2  # how far the middle may lie off the line between the ends, as a share of their way
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
        third = len(self.seen) // 3
        if third == 0 or self.seen[-1][0] - self.seen[0][0] < LEAST_S:
            return None
        claimed = self.seen[-1][0] - self.seen[0][0]
        ahead = (self.seen[-1][1] - self.begun_s) / claimed - 1
        return ahead if ahead < 0 else _behind(self.seen, third)


def _behind(seen: list[Point], third: int) -> float:
    # of each third the frame that was delayed least
    parts = [seen[:third], seen[third:-third], seen[-third:]]
    (x0, y0), (x1, y1), (x2, y2) = (_offset(min(part, key=_delay)) for part in parts)
    way = y2 - y0
    if way <= 0 or x2 <= x0:
        return 0.0
    expected = y0 + way * (x1 - x0) / (x2 - x0)
    return way / (x2 - x0) if abs(y1 - expected) <= _EVEN * way else 0.0


def _delay(point: Point) -> float:
    return point[1] - point[0]


def _offset(point: Point) -> Point:
    return point[0], _delay(point)
