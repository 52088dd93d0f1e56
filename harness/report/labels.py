"""Where the words beside the points of a plot go, so that none covers another; draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# of a letter, as a share of the font's size; the page's font is not known here
_WIDE, _HIGH = 0.56, 1.1
_POINT = 4.0  # half of a marker
_AWAY, _UP, _DOWN = 6.0, 4.0, -11.0
# right above first, as most plots have it, then what has room
_TRIES = ((_AWAY, _UP), (_AWAY, _DOWN), (-_AWAY, _UP), (-_AWAY, _DOWN))


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, in points of the sheet."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Say whether two share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def holds(self, other: Box) -> bool:
        """Say whether the other lies inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.bottom <= other.bottom and other.top <= self.top


def places(
    points: Sequence[tuple[float, float]], words: Sequence[str], *, size: float, room: Box
) -> list[tuple[float, float] | None]:
    """Return for each point where its words begin relative to it (negative x: where they end).

    All in points of the sheet; `size` is the font's. None where no place is free: better no words
    than two on top of each other, a table beside the plot has them all.
    """
    taken = [_around(x, y) for x, y in points]
    found: list[tuple[float, float] | None] = []
    for at, text in zip(points, words, strict=True):
        free = (
            (offset, box)
            for offset, box in ((o, _box(at, text, o, size)) for o in _TRIES)
            if room.holds(box) and not any(box.meets(other) for other in taken)
        )
        chosen = next(free, None)
        found.append(None if chosen is None else chosen[0])
        if chosen is not None:
            taken.append(chosen[1])
    return found


def _around(x: float, y: float) -> Box:
    return Box(left=x - _POINT, bottom=y - _POINT, right=x + _POINT, top=y + _POINT)


def _box(at: tuple[float, float], text: str, offset: tuple[float, float], size: float) -> Box:
    wide = _WIDE * size * len(text)
    left = at[0] + offset[0] - (wide if offset[0] < 0 else 0)
    bottom = at[1] + offset[1]
    return Box(left=left, bottom=bottom, right=left + wide, top=bottom + _HIGH * size)
