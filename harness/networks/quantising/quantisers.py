"""Quantisers: real tensors -> integer codes and the step between them. Trains and runs nothing.

Weights carry their output channel on axis 0; `per="kernel"` gives each channel a step of its own.
Rounding is to the even neighbour. Where several papers name one thing differently, the name here is
the most used one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Real = NDArray[np.float64]
    Codes = NDArray[np.int32]

Per = Literal["tensor", "kernel"]

# a = c1 * sqrt(E[w^2]) + c2 * E|w|; Choi et al., "Accurate and Efficient 2-bit Quantized Neural
# Networks" (2019), and the table of IBM's fms-model-optimizer for 8 bits
_SAWB = {2: (3.12, -2.064), 3: (7.509, -6.892), 4: (12.68, -12.80), 8: (31.76, -35.04)} | {
    5: (17.74, -18.64)
}
_GRID = np.linspace(0.1, 1.05, 60)


@dataclass(frozen=True, kw_only=True)
class Quantised:
    """`codes` has the tensor's shape; `step` broadcasts against it; `values` = codes x step."""

    codes: Codes
    step: Real

    @property
    def values(self) -> Real:
        """The numbers that the codes stand for."""
        return self.codes * self.step


def uniform(x: NDArray[np.floating], step: Real, bits: int) -> Quantised:
    """Return clip(round(x / step), -2^(bits-1), 2^(bits-1) - 1)."""
    top = 1 << (bits - 1)
    codes = np.clip(np.rint(np.asarray(x, np.float64) / step), -top, top - 1)
    return Quantised(codes=codes.astype(np.int32), step=step)


def largest(x: NDArray[np.floating], bits: int, *, per: Per = "tensor") -> Quantised:
    """Return the `max` rule: step = max|x| / (2^(bits-1) - 1); nothing is clipped. bits >= 2."""
    return uniform(x, _or_one(_over(x, per, np.max) / ((1 << (bits - 1)) - 1)), bits)


def omse(x: NDArray[np.floating], bits: int, *, per: Per = "kernel") -> Quantised:
    """Return the step with the least mean squared error, by search: OMSE, also called MMSE.

    Steps f x max|x| / (2^(bits-1) - 0.5) for 60 values of f from 0.1 to 1.05. Kravchik et al.,
    "Low-bit Quantization of Neural Networks for Efficient Inference" (2019).
    """
    x = np.asarray(x, np.float64)
    top = _or_one(_over(x, per, np.max) / ((1 << (bits - 1)) - 0.5))
    best, least = top, np.full(top.shape, np.inf)
    for factor in _GRID:
        error = _over(uniform(x, factor * top, bits).values - x, per, _square_mean)
        best = np.where(error < least, factor * top, best)
        least = np.minimum(error, least)
    return uniform(x, best, bits)


def dual(x: NDArray[np.floating], bits: int, *, per: Per = "kernel") -> tuple[Quantised, Quantised]:
    """Return two OMSE tensors whose sum stands for x, the second for what the first leaves.

    Twice the products, about the error of twice the bits. Same paper as `omse`.
    """
    first = omse(x, bits, per=per)
    return first, omse(np.asarray(x, np.float64) - first.values, bits, per=per)


def sawb(x: NDArray[np.floating], bits: int) -> Quantised:
    """Return statistics-aware weight binning: 2^bits odd codes -(2^bits-1) .. 2^bits-1, no zero.

    Half the range is a = c1 sqrt(E[x^2]) + c2 E|x| with constants fitted to six distributions; the
    step is a / (2^bits - 1). Raises KeyError for bits without constants (2, 3, 4, 5, 8 have them).
    """
    x = np.asarray(x, np.float64)
    c1, c2 = _SAWB[bits]
    levels = (1 << bits) - 1
    reach = _or_one(np.array(c1 * np.sqrt(np.mean(x * x)) + c2 * np.mean(np.abs(x))))
    codes = 2 * np.rint((np.clip(x / reach, -1, 1) + 1) / 2 * levels) - levels
    return Quantised(codes=codes.astype(np.int32), step=np.asarray(reach / levels))


def pact(x: NDArray[np.floating], clip: float, bits: int) -> Quantised:
    """Return activations clipped to 0 .. clip as codes 0 .. 2^bits - 1.

    Choi et al., "PACT: Parameterized Clipping Activation for Quantized Neural Networks" (2018);
    while training, `clip` is learnt: its gradient is 1 wherever x >= clip.
    """
    step = np.array(clip / ((1 << bits) - 1))
    codes = np.rint(np.clip(np.asarray(x, np.float64), 0, clip) / step)
    return Quantised(codes=codes.astype(np.int32), step=step)


def ternary(x: NDArray[np.floating], *, per: Per = "kernel") -> Quantised:
    """Return codes -1, 0, 1: zero up to 0.7 E|x|, the step is the mean of |x| above.

    Li et al., "Ternary Weight Networks" (2016).
    """
    x = np.asarray(x, np.float64)
    size = np.abs(x)
    outside = size > 0.7 * _over(x, per, np.mean)
    count = np.maximum(_over(outside, per, np.sum), 1)
    step = _or_one(_over(size * outside, per, np.sum) / count)
    return Quantised(codes=(np.sign(x) * outside).astype(np.int32), step=step)


def power_of_two(x: NDArray[np.floating], bits: int, *, per: Per = "tensor") -> Quantised:
    """Return sign x 2^e with 2^(bits-1) - 1 exponents up to E = floor(log2(4/3 max|x|)), and zero.

    Zhou et al., "Incremental Network Quantization" (2017). Codes are sign x 2^(e - smallest e), so
    that a code is what the shift of a `pot<bits>` kernel makes of 1.
    """
    x = np.asarray(x, np.float64)
    top = np.floor(np.log2(_or_one(_over(x, per, np.max)) * 4 / 3))
    low = top - ((1 << (bits - 1)) - 2)
    size = np.abs(x)
    exponent = np.clip(np.rint(np.log2(np.where(size > 0, size, 1))), low, top)
    codes = np.sign(x) * np.exp2(exponent - low) * (size >= np.exp2(low - 1))
    return Quantised(codes=codes.astype(np.int32), step=np.exp2(low))


def sign(x: NDArray[np.floating], *, per: Per = "kernel") -> Quantised:
    """Return codes -1 and +1 (0 and -0.0 count as +1), the step is E|x|.

    Rastegari et al., "XNOR-Net" (2016).
    """
    codes = np.where(np.asarray(x) >= 0, 1, -1).astype(np.int32)
    return Quantised(codes=codes, step=_or_one(_over(x, per, np.mean)))


def sqnr_db(x: NDArray[np.floating], values: NDArray[np.floating]) -> float:
    """Return 10 log10 of x's energy over that of the error; infinite where there is none."""
    x = np.asarray(x, np.float64)
    noise = float(np.sum((x - values) ** 2))
    return float(10 * np.log10(np.sum(x * x) / noise)) if noise > 0 else float("inf")


def _over(x: NDArray[np.generic], per: Per, of: Callable[..., Real]) -> Real:
    """`of` |x| over the tensor or over each kernel, in a shape that broadcasts against x."""
    size = np.abs(np.asarray(x, np.float64))
    axes = tuple(range(1 if per == "kernel" else 0, size.ndim))
    return np.asarray(of(size, axis=axes, keepdims=True))


def _square_mean(x: Real, **over: object) -> Real:
    return np.asarray(np.mean(x * x, **over))  # type: ignore[call-overload]


def _or_one(step: Real) -> Real:
    """Steps of tensors of zeros: any will do but zero."""
    return np.where(step > 0, step, 1.0)
