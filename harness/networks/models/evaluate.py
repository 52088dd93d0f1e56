"""Computes a model in float32 with numpy: the truth that imports and plans are held against.

Integer weights are multiplied as integers and scaled afterwards, so that sums of signs and of small
codes are exact. Knows nothing of plans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.models.draft import moved
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
    Quant,
    Sign,
    Window,
)
from harness.networks.plans.graph import Border

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


def evaluate(model: Model, image: Floats) -> dict[str, Floats]:
    """Return every value by name, [h, w, c] float32, for one input [h, w, c]."""
    import numpy as np

    shape = model.shapes[model.input]
    if image.shape != shape:
        raise NetworkError(f"the input is {image.shape}, the network wants {shape}")
    values: dict[str, Floats] = {model.input: np.ascontiguousarray(image, np.float32)}
    for node in model.nodes:
        compute = _COMPUTE[type(node)]
        values[node.output] = compute(node, *(values[name] for name in node.inputs))
    return values


def windows(x: Floats, window: Window, fill: float | None) -> Floats:
    """Return [oh, ow, kh, kw, c]: a view of the padded map; `fill` None repeats the edge."""
    import numpy as np

    (top, left), (kh, kw), (sh, sw) = window.pads[:2], window.kernel, window.stride
    oh, ow = moved((x.shape[0], x.shape[1]), window)
    # what the last window needs, which may be more than the padding (ceil) or less
    down = max(0, (oh - 1) * sh + kh - top - x.shape[0])
    right = max(0, (ow - 1) * sw + kw - left - x.shape[1])
    if top or left or down or right:
        around = ((top, down), (left, right), (0, 0))
        x = (
            np.pad(x, around, mode="edge")
            if fill is None
            else np.pad(x, around, constant_values=fill)
        )
    view = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(0, 1))
    return view[: (oh - 1) * sh + 1 : sh, : (ow - 1) * sw + 1 : sw].transpose(0, 1, 3, 4, 2)


def quantise(node: Quant, x: Floats) -> Floats:
    """Return the integers that `node` makes of x, as float32."""
    import numpy as np

    q: Floats = np.clip(np.rint(x / np.float32(node.scale)) + node.zero, node.low, node.high)
    return q.astype(np.float32)


_FILL = {Border.ZERO: 0.0, Border.NOTHING: 0.0, Border.PLUS_ONE: 1.0, Border.MINUS_ONE: -1.0} | {
    Border.REPLICATE: None
}


def _conv(node: Conv, x: Floats) -> Floats:
    import numpy as np

    view = windows(x, node.window, _FILL[node.border])
    parts = np.split(view, node.groups, axis=-1)
    kernels = np.split(node.weights.values, node.groups)
    sums = [
        np.ascontiguousarray(part).reshape(view.shape[0] * view.shape[1], -1)
        @ kernel.reshape(kernel.shape[0], -1).astype(np.float32).T
        for part, kernel in zip(parts, kernels, strict=True)
    ]
    made: Floats = np.concatenate(sums, axis=1) * _scale(node) + node.bias
    return made.reshape(*view.shape[:2], -1)


def _scale(node: Conv | Dense) -> Floats:
    """Some builders keep it in double."""
    import numpy as np

    return node.weights.scale.astype(np.float32)


def _dense(node: Dense, x: Floats) -> Floats:
    import numpy as np

    kernel = node.weights.values.reshape(node.weights.values.shape[0], -1).astype(np.float32)
    made: Floats = (kernel @ x.ravel()) * _scale(node) + node.bias
    return made.reshape(1, 1, -1)


def _maxpool(node: MaxPool, x: Floats) -> Floats:
    import numpy as np

    view = windows(x, node.window, -np.inf)
    made = view[:, :, 0, 0]
    for row in range(view.shape[2]):
        for column in range(view.shape[3]):
            made = np.maximum(made, view[:, :, row, column])
    return made


def _avgpool(node: AvgPool, x: Floats) -> Floats:
    import numpy as np

    view = windows(x, node.window, 0.0)
    total: Floats = np.zeros((*view.shape[:2], x.shape[2]), np.float32)
    for row in range(view.shape[2]):
        for column in range(view.shape[3]):
            total += view[:, :, row, column]
    if node.count_outside:
        return total / np.float32(node.window.kernel[0] * node.window.kernel[1])
    inside = windows(np.ones((*x.shape[:2], 1), np.float32), node.window, 0.0)
    mean: Floats = total / inside.sum(axis=(2, 3))
    return mean


def _clip(node: Clip, x: Floats) -> Floats:
    import numpy as np

    made: Floats = np.clip(x, np.float32(node.low), np.float32(node.high))
    return made


def _quant(node: Quant, x: Floats) -> Floats:
    import numpy as np

    return (quantise(node, x) - np.float32(node.zero)) * np.float32(node.scale)


def _sign(node: Sign, x: Floats) -> Floats:
    import numpy as np

    return np.where(x < 0, np.float32(-node.scale), np.float32(node.scale))


def _concat(_node: Concat, *parts: Floats) -> Floats:
    import numpy as np

    return np.concatenate(parts, axis=-1)


def _affine(node: Affine, x: Floats) -> Floats:
    return x * node.scale + node.bias


def _add(_node: Add, one: Floats, other: Floats) -> Floats:
    return one + other


_COMPUTE: Mapping[type[Node], Callable[..., Floats]] = {
    Conv: _conv,
    Dense: _dense,
    Affine: _affine,
    MaxPool: _maxpool,
    AvgPool: _avgpool,
    Clip: _clip,
    Add: _add,
    Concat: _concat,
    Quant: _quant,
    Sign: _sign,
}
