"""Shapes of the values of many nodes, and what a window sees outside of its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.models.draft import shape_after

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.networks.models.model import Node, Window

Shape = tuple[int, int, int]


def infer(nodes: Iterable[Node], name: str, shape: Shape) -> dict[str, Shape]:
    """Return the shape of every value; NetworkError where two do not fit."""
    shapes = {name: shape}
    for node in nodes:
        shapes[node.output] = shape_after(node, [shapes[value] for value in node.inputs])
    return shapes


def beyond(window: Window, given: Shape, made: Shape) -> tuple[int, int]:
    """Return how many pixels below and right of the map the last windows see."""
    down, right = (
        max(0, (made[i] - 1) * window.stride[i] + window.kernel[i] - window.pads[i] - given[i])
        for i in (0, 1)
    )
    return down, right


def overlaps(window: Window, given: Shape, made: Shape) -> bool:
    """Say whether any window sees something outside of the map."""
    return any((*window.pads[:2], *beyond(window, given, made)))


def overhangs(window: Window, given: Shape, made: Shape) -> bool:
    """Say whether any window reaches beyond the padding."""
    down, right = beyond(window, given, made)
    return down > window.pads[2] or right > window.pads[3]


def is_square(window: Window, given: Shape, made: Shape) -> bool:
    """Say whether a window moves down as across, with the same padding on all four sides."""
    sides = [
        (
            window.kernel[i],
            window.stride[i],
            window.pads[i],
            (given[i] + 2 * window.pads[i] - window.kernel[i]) // window.stride[i] + 1 == made[i],
        )
        for i in (0, 1)
    ]
    return sides[0] == sides[1] and sides[0][3]
