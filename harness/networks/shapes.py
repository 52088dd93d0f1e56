"""Shapes of a model's values: [h, w, c] of each, worked out from the input's; computes no value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.model import AvgPool, Concat, Conv, Dense, MaxPool, Model, Node, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Shape = tuple[int, int, int]


def with_shapes(model: Model) -> Model:
    """Return the model with the shapes of all its values; only the input's need be there."""
    return replace(model, shapes=infer(model.nodes, model.input, model.shapes[model.input]))


def infer(nodes: Iterable[Node], name: str, shape: Shape) -> dict[str, Shape]:
    """Return the shape of every value; NetworkError where two do not fit."""
    shapes = {name: shape}
    for node in nodes:
        shapes[node.output] = _shape(node, shapes)
    return shapes


def _shape(node: Node, shapes: Mapping[str, Shape]) -> Shape:
    given = [shapes[name] for name in node.inputs]
    h, w, c = given[0]
    if isinstance(node, Conv):
        _demand(node.weights.values.shape[3] * node.groups == c, node, given)
        return (*moved(node.window, (h, w)), node.weights.values.shape[0])
    if isinstance(node, MaxPool | AvgPool):
        return (*moved(node.window, (h, w)), c)
    if isinstance(node, Dense):
        _demand(node.weights.values.shape[1:] == (h, w, c), node, given)
        return (1, 1, node.weights.values.shape[0])
    if isinstance(node, Concat):
        _demand(all(other[:2] == (h, w) for other in given), node, given)
        return (h, w, sum(other[2] for other in given))
    _demand(all(other == given[0] for other in given), node, given)
    return given[0]


def moved(window: Window, size: tuple[int, int]) -> tuple[int, int]:
    """Return how many windows there are, down and across.

    With `ceil` the last one may overhang, but it begins inside the map or its upper or left pad.
    """
    made = []
    for axis in (0, 1):
        before, after = window.pads[axis], window.pads[axis + 2]
        stride = window.stride[axis]
        room = size[axis] + before + after - window.kernel[axis]
        if room < 0:
            raise NetworkError(f"a window of {window.kernel} does not fit a map of {size}")
        count = (-(-room // stride) if window.ceil else room // stride) + 1
        if window.ceil and (count - 1) * stride >= size[axis] + before:
            count -= 1
        made.append(count)
    return made[0], made[1]


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


def _demand(held: bool, node: Node, given: list[Shape]) -> None:  # noqa: FBT001 - the condition
    if not held:
        kind = type(node).__name__
        raise NetworkError(
            f"{kind} cannot take maps of {', '.join(map(str, given))}", where=node.name
        )
