"""A straight line through points with noise in both directions; plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDS = 50
_CLOSE = 1e-12


class NotStraightError(ValueError):
    """No line can be laid through these points; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point and its standard uncertainties, all of one noise that others do not share."""

    x: float
    u_x: float
    y: float
    u_y: float


@dataclass(frozen=True, kw_only=True)
class Straight:
    """y = a + b x, the covariance of a and b, and chi-square with its degrees of freedom."""

    a: float
    b: float
    var_a: float
    cov_ab: float
    var_b: float
    chi_square: float
    degrees: int

    def spread(self, points: Sequence[Point]) -> float:
        """Return what has to be added to the noise of y of every point until chi-square is right.

        The root is found by halving: more spread always means a smaller chi-square.
        """

        def chi_square(extra: float) -> float:
            return sum(
                (p.y - self.a - self.b * p.x) ** 2
                / (p.u_y**2 + (self.b * p.u_x) ** 2 + extra * extra)
                for p in points
            )

        low, high = 0.0, math.sqrt(sum((p.y - self.a - self.b * p.x) ** 2 for p in points))
        for _ in range(_ROUNDS):
            middle = (low + high) / 2
            low, high = (middle, high) if chi_square(middle) > self.degrees else (low, middle)
        return high


def fit(points: Sequence[Point]) -> Straight:
    """Return the line that noise in x and y makes the likeliest (York's equations, no correlation).

    A fit that looks at y alone would lie too flat: noise in x pulls a slope towards nothing. Raises
    NotStraightError for fewer than two points, points on one x, and points without any noise.
    """
    if len(points) < 2 or len({p.x for p in points}) < 2:
        raise NotStraightError("a line needs two points apart")
    if any(p.u_x <= 0 or p.u_y <= 0 for p in points):
        raise NotStraightError("a point without any uncertainty has no weight")
    slope = _plain_slope(points)
    for _ in range(_ROUNDS):
        new = _next_slope(points, slope)
        done = abs(new - slope) <= _CLOSE * abs(new)
        slope = new
        if done:
            break
    return _finish(points, slope)


def _plain_slope(points: Sequence[Point]) -> float:
    x = sum(p.x for p in points) / len(points)
    y = sum(p.y for p in points) / len(points)
    return sum((p.x - x) * (p.y - y) for p in points) / sum((p.x - x) ** 2 for p in points)


def _weights(points: Sequence[Point], slope: float) -> tuple[list[float], float, float]:
    """Return a weight for each point, and the weighted middle."""
    weights = [1 / (p.u_y**2 + (slope * p.u_x) ** 2) for p in points]
    whole = sum(weights)
    x = sum(w * p.x for w, p in zip(weights, points, strict=True)) / whole
    y = sum(w * p.y for w, p in zip(weights, points, strict=True)) / whole
    return weights, x, y


def _moved(points: Sequence[Point], slope: float) -> list[float]:
    """Return where on the x axis each point most likely was, from the weighted middle."""
    weights, x, y = _weights(points, slope)
    return [
        w * ((p.x - x) * p.u_y**2 + slope * (p.y - y) * p.u_x**2)
        for w, p in zip(weights, points, strict=True)
    ]


def _next_slope(points: Sequence[Point], slope: float) -> float:
    weights, x, y = _weights(points, slope)
    moved = _moved(points, slope)
    top = sum(w * m * (p.y - y) for w, m, p in zip(weights, moved, points, strict=True))
    bottom = sum(w * m * (p.x - x) for w, m, p in zip(weights, moved, points, strict=True))
    if bottom == 0:
        raise NotStraightError("a line needs two points apart")
    return top / bottom


def _finish(points: Sequence[Point], slope: float) -> Straight:
    weights, x, y = _weights(points, slope)
    at = [x + m for m in _moved(points, slope)]
    whole = sum(weights)
    middle = sum(w * v for w, v in zip(weights, at, strict=True)) / whole
    var_b = 1 / sum(w * (v - middle) ** 2 for w, v in zip(weights, at, strict=True))
    a = y - slope * x
    return Straight(
        a=a,
        b=slope,
        var_a=1 / whole + middle * middle * var_b,
        cov_ab=-middle * var_b,
        var_b=var_b,
        chi_square=sum(
            w * (p.y - a - slope * p.x) ** 2 for w, p in zip(weights, points, strict=True)
        ),
        degrees=len(points) - 2,
    )
