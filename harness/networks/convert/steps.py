"""The nouns between ONNX and other file forms: a float network, one step after the other.

Maps are [n, c, h, w] as in ONNX, kernels [o, i, kh, kw]; batch norm is folded and ReLU joined to
what precedes it by whoever makes the steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Window:
    """Where a window moves; pads are top, left, bottom, right. Sizes are rounded down."""

    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What all steps have; `output` names the value written, once in a network."""

    inputs: tuple[str, ...]
    output: str
    relu: bool = False


@dataclass(frozen=True, kw_only=True)
class Conv(Step):
    """A convolution with bias; outside of the map stand zeros."""

    weights: Floats
    bias: Floats
    window: Window
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class Dense(Step):
    """A product of a row of values with weights [o, i], and a bias."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True, kw_only=True)
class MaxPool(Step):
    """The largest inside the map."""

    window: Window


@dataclass(frozen=True, kw_only=True)
class MeanPool(Step):
    """The mean of the whole map, one value a channel."""


@dataclass(frozen=True, kw_only=True)
class Relu(Step):
    """max(x, 0), where it could not be joined to the step before it."""


@dataclass(frozen=True, kw_only=True)
class Add(Step):
    """The sum of two maps of one shape."""


@dataclass(frozen=True, kw_only=True)
class Concat(Step):
    """Maps one behind the other on the channel axis."""


@dataclass(frozen=True, kw_only=True)
class Flatten(Step):
    """A map as one row, channels outermost."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A network with one input and one output; `shapes` holds that of every value."""

    name: str
    input: str
    output: str
    steps: tuple[Step, ...]
    shapes: Mapping[str, tuple[int, ...]]
