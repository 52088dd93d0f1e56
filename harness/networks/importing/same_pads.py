"""Padding of the kind SAME as TensorFlow works it out: the odd pixel stands behind, not before."""

from __future__ import annotations

from harness.networks.models.model import Window


def same_axis(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """Return how many windows there are, and the pads before and behind."""
    count = -(-size // stride)
    total = max((count - 1) * stride + kernel - size, 0)
    return count, total // 2, total - total // 2


def same_window(
    size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int]
) -> tuple[Window, tuple[int, int]]:
    """Return the window over a map of height and width `size`, and the sides of what it makes."""
    high, top, bottom = same_axis(size[0], kernel[0], stride[0])
    wide, left, right = same_axis(size[1], kernel[1], stride[1])
    pads = (top, left, bottom, right)
    return Window(kernel=kernel, stride=stride, pads=pads), (high, wide)
