"""A model under construction: nodes come one by one, each with the shape of what it writes.

Builders and importers end here, so that no Model has a node that does not fit its inputs. Computes
nothing but shapes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Weights,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Shape = tuple[int, int, int]

MAX_NUMBERS = 1 << 26  # of one map: 256 MB


class Draft:
    """Nodes so far and the shapes of all values; `model` closes it."""

    def __init__(self, *, name: str, shape: Shape, source: str = "input") -> None:
        self.name = name
        self.input = source
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {source: shape}

    def add(self, node: Node) -> str:
        """Append `node`; returns its output. NetworkError when it does not fit."""
        if node.output in self.shapes:
            raise NetworkError(f"the value {node.output!r} is written twice", where=self.name)
        missing = [value for value in node.inputs if value not in self.shapes]
        if missing:
            raise NetworkError(f"{node.name} reads {missing[0]!r}, which nothing writes before it")
        shape = shape_after(node, [self.shapes[v] for v in node.inputs])
        if not 1 <= math.prod(shape) <= MAX_NUMBERS:
            raise NetworkError(f"{node.name} makes a map of {shape}")
        self.shapes[node.output] = shape
        self.nodes.append(node)
        return node.output

    def conv(
        self,
        name: str,
        source: str,
        kernel: Floats,
        bias: Floats | None = None,
        *,
        stride: int = 1,
        pad: int = 0,
    ) -> str:
        """Append a float convolution, kernel [o, kh, kw, i]; square stride and padding."""
        import numpy as np

        window = Window(
            kernel=(kernel.shape[1], kernel.shape[2]), stride=(stride, stride), pads=(pad,) * 4
        )
        added = np.zeros(len(kernel), np.float32) if bias is None else bias
        weights = float_weights(kernel)
        return self.add(
            Conv(
                name=name,
                inputs=(source,),
                output=name,
                weights=weights,
                bias=added,
                window=window,
            )
        )

    def relu(self, name: str, source: str) -> str:
        """Append max(x, 0)."""
        return self.add(Clip(name=name, inputs=(source,), output=name, low=0.0))

    def max_pool(self, name: str, source: str, *, kernel: int, stride: int, pad: int = 0) -> str:
        """Append a square max-pool that rounds sizes down."""
        window = Window(kernel=(kernel, kernel), stride=(stride, stride), pads=(pad,) * 4)
        return self.add(MaxPool(name=name, inputs=(source,), output=name, window=window))

    def concat(self, name: str, *sources: str) -> str:
        """Append maps one behind the other on the channel axis."""
        return self.add(Concat(name=name, inputs=sources, output=name))

    def mean(self, name: str, source: str) -> str:
        """Append the mean over the whole map."""
        h, w, _ = self.shapes[source]
        window = Window(kernel=(h, w), stride=(h, w))
        return self.add(AvgPool(name=name, inputs=(source,), output=name, window=window))

    def model(
        self,
        output: str,
        *,
        labels: tuple[str, ...] = (),
        notes: Mapping[str, str] | None = None,
    ) -> Model:
        """Return the model; what does not lead to `output` is left out."""
        wanted = {output}
        kept: list[Node] = []
        for node in reversed(self.nodes):
            if node.output in wanted:
                wanted.update(node.inputs)
                kept.append(node)
        if self.input not in wanted or not kept:
            raise NetworkError(
                f"{output!r} does not depend on the input, or is the input", where=self.name
            )
        return Model(
            name=self.name,
            input=self.input,
            output=output,
            nodes=tuple(reversed(kept)),
            shapes={value: shape for value, shape in self.shapes.items() if value in wanted},
            labels=labels,
            notes=dict(notes or {}),
        )


def float_weights(values: Floats) -> Weights:
    """Return float32 weights [o, ...] as the model holds them."""
    import numpy as np

    held = np.ascontiguousarray(values, np.float32)
    return Weights(values=held, scale=np.ones(len(held), np.float32))


def shape_after(node: Node, given: list[Shape]) -> Shape:
    """Return what `node` writes for inputs of the shapes `given`; NetworkError if they misfit."""
    fault = _fault(node, given)
    if fault:
        raise NetworkError(f"{node.name} ({type(node).__name__}) {fault}")
    h, w, c = given[0]
    if isinstance(node, Conv):
        return (*moved((h, w), node.window), len(node.weights.values))
    if isinstance(node, MaxPool | AvgPool):
        return (*moved((h, w), node.window), c)
    if isinstance(node, Dense):
        return (1, 1, len(node.weights.values))
    if isinstance(node, Concat):
        return (h, w, sum(shape[2] for shape in given))
    return (h, w, c)


def _fault(node: Node, given: list[Shape]) -> str:
    """Say in words why the inputs do not fit, or nothing."""
    count = 2 if isinstance(node, Add) else 1
    if len(given) != count and not (isinstance(node, Concat) and given):
        return f"has {len(given)} inputs"
    h, w, c = given[0]
    if isinstance(node, Conv):
        out, _, _, per_group = node.weights.values.shape
        if per_group * node.groups != c or out % node.groups:
            return f"has weights {node.weights.values.shape} for a map {given[0]}"
        if node.weights.values.shape[1:3] != node.window.kernel:
            return f"has weights {node.weights.values.shape} for a window {node.window.kernel}"
    if isinstance(node, Dense) and node.weights.values.shape[1:] != given[0]:
        return f"has weights {node.weights.values.shape} for a map {given[0]}"
    if isinstance(node, Conv | Dense) and node.bias.shape != node.weights.values.shape[:1]:
        return f"has {node.bias.size} biases for {len(node.weights.values)} outputs"
    if isinstance(node, Affine) and not node.scale.shape == node.bias.shape == (c,):
        return f"has {node.scale.size} scales and {node.bias.size} biases for {c} channels"
    if isinstance(node, Add) and given[0] != given[1]:
        return f"adds maps {given[0]} and {given[1]}"
    if isinstance(node, Concat) and any(shape[:2] != (h, w) for shape in given):
        return f"joins maps of different sizes: {given}"
    if isinstance(node, Conv | MaxPool | AvgPool) and min(moved((h, w), node.window)) < 1:
        return f"has a window {node.window.kernel} larger than the map {given[0]}"
    return ""


def moved(size: tuple[int, int], window: Window) -> tuple[int, int]:
    """Return how many windows fit, downwards and across.

    `ceil` counts a last window that overhangs, unless it would begin behind the map and what was
    padded before it: then it would see nothing (PyTorch's rule, and ONNX's).
    """
    top, left, bottom, right = window.pads
    rows, columns = (
        _fitting(size[axis], window.kernel[axis], window.stride[axis], pads, ceil=window.ceil)
        for axis, pads in enumerate(((top, bottom), (left, right)))
    )
    return rows, columns


def _fitting(size: int, kernel: int, stride: int, pads: tuple[int, int], *, ceil: bool) -> int:
    room = size + sum(pads) - kernel
    if room < 0:
        return 0
    if not ceil:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + pads[0] else count
