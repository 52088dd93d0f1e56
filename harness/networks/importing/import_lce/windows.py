"""Where a window of TensorFlow moves, and PAD operators that become pads of a convolution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.importing.import_lce.building import NO_PADS, Shape, demand, option
from harness.networks.importing.same_pads import same_window
from harness.networks.models.model import Window
from harness.networks.plans.graph import Border

if TYPE_CHECKING:
    from harness.networks.importing.import_lce.building import Seen
    from harness.networks.importing.import_lce.nouns import Operator

Pair = tuple[int, int]
_SAME = 0
MAX_KERNEL = 255


def strides(op: Operator, high: str, wide: str) -> Pair:
    """The strides, whose names differ from operator to operator."""
    return option(op, high, 1, MAX_KERNEL), option(op, wide, 1, MAX_KERNEL)


def window(op: Operator, shape: Shape, kernel: Pair, stride: Pair) -> tuple[Window, Pair]:
    """Return the window with TensorFlow's pads (the odd one behind) and the sides it makes."""
    demand(max(kernel) <= MAX_KERNEL, f"its window has a side of {max(kernel)}")
    if option(op, "padding", 0, 1) == _SAME:
        return same_window(shape[:2], kernel, stride)
    fits = kernel[0] <= shape[0] and kernel[1] <= shape[1]
    demand(fits, f"its window of {kernel} is larger than the map of {shape[:2]}")
    high, wide = ((n - k) // s + 1 for n, k, s in zip(shape[:2], kernel, stride, strict=True))
    return Window(kernel=kernel, stride=stride), (high, wide)


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
