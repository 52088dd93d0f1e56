"""The nouns of the ladder: a net with everything folded into integers, scales and biases.

Arithmetic that the fields stand for; fl() rounds to float32, sums of codes are exact:

    quantise   sign: -1 where x < 0, else 1;  codes: clamp(rint(fl(x * inverse)), low, high)
               rint rounds halves to even;  relu: max(x, 0), a real number
    conv       y = fl(fl(fl(sum of weight x code) * scale) + bias), scale and bias per channel;
               outside the map a code is `border`
    block      x = fl(conv(quantise(x)) + shortcut(x)); the shortcut is x itself, at stride 2 its
               2x2 averages (row-major float32 sums over the pixels inside, divided by their count),
               and, where channels double, that twice, one behind the other
    head       fl(fl(x * scale) + bias), ReLU, row-major float32 sum over positions divided by
               their count, quantise, then one dense layer with the arithmetic of conv
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.networks.ladder.layout import Scheme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Reals = NDArray[np.float32]
    # int8 codes; float32 in fp32 nets
    Kernel = NDArray[np.int8] | NDArray[np.float32]

PIXEL_STEP = 0.007874015718698502  # float32(1 / 127): pixels are -1..1
_INT8_TOP = 127


@dataclass(frozen=True, kw_only=True)
class Quantiser:
    """How a layer sees its input. `step` means nothing but for codes."""

    kind: Literal["sign", "codes", "relu", "none"]
    low: int = -1
    high: int = 1
    step: float = 1.0  # a float32 value

    @property
    def inverse(self) -> np.float32:
        """What the input is multiplied by."""
        import numpy as np

        return np.float32(1) / np.float32(self.step)


def pixel_codes(scheme: Scheme) -> Quantiser:
    """How the stem sees pixels of -1..1."""
    if scheme.levels == "real":
        return Quantiser(kind="none")
    return Quantiser(kind="codes", low=-_INT8_TOP, high=_INT8_TOP, step=PIXEL_STEP)


def block_codes(scheme: Scheme, step: float) -> Quantiser:
    """How a block convolution sees its input."""
    if scheme.levels == "real":
        return Quantiser(kind="relu")
    if scheme.activation_bits == 1:
        return Quantiser(kind="sign")
    return Quantiser(kind="codes", low=0, high=scheme.top, step=step)


def dense_codes(scheme: Scheme, step: float) -> Quantiser:
    """How the last layer sees its input, which is never negative."""
    if scheme.levels == "real":
        return Quantiser(kind="none")
    return Quantiser(kind="codes", low=0, high=_INT8_TOP, step=step)


@dataclass(frozen=True, kw_only=True)
class Conv:
    """A 3x3 convolution with pad 1; weights [out, ky, kx, in]."""

    input: Quantiser
    border: int
    stride: int
    weights: Kernel
    scale: Reals
    bias: Reals


@dataclass(frozen=True, kw_only=True)
class Norm:
    """The last batch norm, folded."""

    scale: Reals
    bias: Reals


@dataclass(frozen=True, kw_only=True)
class Dense:
    """The last layer; weights [out, in]."""

    input: Quantiser
    weights: Kernel
    scale: Reals
    bias: Reals


@dataclass(frozen=True, kw_only=True)
class LadderNet:
    """A deployed net: what is executed, on a board or here. `width` = channels of the stem."""

    scheme: str
    width: int
    stem: Conv
    blocks: tuple[Conv, ...]
    norm: Norm
    dense: Dense
