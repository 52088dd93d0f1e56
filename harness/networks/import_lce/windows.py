"""Where a window of TensorFlow moves, and PAD operators that become pads of a convolution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.graph import Border
from harness.networks.import_lce.building import NO_PADS, Shape, demand, option
from harness.networks.model import Window

if TYPE_CHECKING:
    from harness.networks.import_lce.building import Seen
    from harness.networks.import_lce.nouns import Operator

Pair = tuple[int, int]
_SAME = 0
MAX_KERNEL = 255


def strides(op: Operator, high: str, wide: str) -> Pair:
    """The strides, whose names differ from operator to operator."""
    return option(op, high, 1, MAX_KERNEL), option(op, wide, 1, MAX_KERNEL)


def window(op: Operator, shape: Shape, kernel: Pair, stride: Pair) -> tuple[Window, Pair]:
    """Return the window with TensorFlow's pads (the odd one behind) and the sides it makes."""
    demand(max(kernel) <= MAX_KERNEL, f"its window has a side of {max(kernel)}")
    same = option(op, "padding", 0, 1) == _SAME
    high, top, bottom = _axis(shape[0], kernel[0], stride[0], same=same)
    wide, left, right = _axis(shape[1], kernel[1], stride[1], same=same)
    pads = (top, left, bottom, right)
    return Window(kernel=kernel, stride=stride, pads=pads), (high, wide)


def _axis(size: int, kernel: int, stride: int, *, same: bool) -> tuple[int, int, int]:
    """How many windows there are, and the pads before and behind."""
    if not same:
        demand(kernel <= size, f"its window of {kernel} is larger than the map's side of {size}")
        return (size - kernel) // stride + 1, 0, 0
    count = -(-size // stride)
    total = max((count - 1) * stride + kernel - size, 0)
    return count, total // 2, total - total // 2


def padded(seen: Seen) -> Shape:
    """The shape of the map with its pending pads."""
    top, left, bottom, right = seen.pads
    return seen.shape[0] + top + bottom, seen.shape[1] + left + right, seen.shape[2]


def take_pads(frame: Window, seen: Seen, border: Border) -> tuple[Window, Border]:
    """Add pending pads to a window whose own pads, if any, must stand for the same value."""
    if seen.pads == NO_PADS:
        return frame, border
    if seen.packed:
        meant = Border.PLUS_ONE if seen.outside > 0 else Border.MINUS_ONE
    else:
        demand(seen.outside == 0, f"its input was padded with {seen.outside}, wants 0")
        meant = Border.ZERO
    twice = frame.pads != NO_PADS and meant is not border
    demand(not twice, "its input is padded twice, with different values")
    (a, b, c, d), (e, f, g, h) = frame.pads, seen.pads
    return replace(frame, pads=(a + e, b + f, c + g, d + h)), meant
