"""A network as its layers mean it, in real numbers: what importers make and `lower` reads.

Maps are [h, w, c] (batch 1), kernels [o, kh, kw, i]. A node names the values it reads and the one
it writes; nodes stand in an order in which they can be carried out. Quantised parts are said in
place: weights as integers with a scale, activations by `Quant` and `Sign` nodes. So a float
network, one that training has quantised and one that we quantise differ in their nodes only.

Nothing is computed here: `evaluate` does that, `fold` and `annotate` rewrite, `lower` makes a plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.networks.plans.graph import Border, Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A kernel [o, kh, kw, i]: value = `values` * `scale` per o.

    `bits` 32: `values` are float32 and `scale` is all ones; below, int8 integers (1 bit: -1 and +1;
    ternary: bits 2 with values -1, 0, +1 and `ternary`).
    """

    values: NDArray[np.float32] | NDArray[np.int8]
    scale: Floats
    bits: int = 32
    encoding: Encoding = Encoding.SIGNED
    ternary: bool = False


@dataclass(frozen=True, kw_only=True)
class Node:
    """What all nodes have; `output` is the value's name, unique in the model."""

    name: str
    inputs: tuple[str, ...]
    output: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """Where a window moves; pads may differ (top, left, bottom, right). `ceil` rounds sizes up."""

    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    ceil: bool = False


@dataclass(frozen=True, kw_only=True)
class Conv(Node):
    """sum(weights * source) + bias; outside stands `border` (ZERO, +1, -1 or REPLICATE)."""

    weights: Weights
    bias: Floats  # [o]
    window: Window
    border: Border = Border.ZERO
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class Dense(Node):
    """A product with the whole map, flattened in h, w, c order; weights [o, h, w, c]."""

    weights: Weights
    bias: Floats


@dataclass(frozen=True, kw_only=True)
class Affine(Node):
    """x * scale + bias per channel: batch norm, multiplication and addition of constants."""

    scale: Floats  # [c]
    bias: Floats


@dataclass(frozen=True, kw_only=True)
class MaxPool(Node):
    """The largest inside the map."""

    window: Window


@dataclass(frozen=True, kw_only=True)
class AvgPool(Node):
    """The mean; `count_outside`: padded pixels count as zeros."""

    window: Window
    count_outside: bool = False


@dataclass(frozen=True, kw_only=True)
class Clip(Node):
    """min(max(x, low), high); ReLU has low = 0."""

    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, kw_only=True)
class Add(Node):
    """The sum of two maps of one shape."""


@dataclass(frozen=True, kw_only=True)
class Concat(Node):
    """Maps one behind the other on the channel axis."""


@dataclass(frozen=True, kw_only=True)
class Quant(Node):
    """q = clamp(rint(x / scale) + zero, low, high), and back: (q - zero) * scale."""

    scale: float
    zero: int
    low: int
    high: int
    bits: int


@dataclass(frozen=True, kw_only=True)
class Sign(Node):
    """-scale where x < 0, else +scale."""

    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Model:
    """A network with one input and one output; `shapes` holds [h, w, c] of every value."""

    name: str
    input: str
    output: str
    nodes: tuple[Node, ...]
    shapes: Mapping[str, tuple[int, int, int]]
    labels: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)  # source, its sha256, importer's version
