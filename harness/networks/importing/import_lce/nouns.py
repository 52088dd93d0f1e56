"""What a .tflite file holds, as plain data whose indices and sizes were checked; means nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Constant = NDArray[np.float32] | NDArray[np.int32] | NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A value of the graph, or a constant; `type` in TFLite's words (FLOAT32, INT32, ...)."""

    name: str
    type: str
    shape: tuple[int, ...]
    data: Constant | None


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One step; tensors by index, None where an optional one was left out."""

    index: int
    kind: str  # CONV_2D, LceBconv2d, ...
    inputs: tuple[int | None, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class File:
    """The one graph of a file with its one input and its one output."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    input: int
    output: int
