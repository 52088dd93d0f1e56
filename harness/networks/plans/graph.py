"""The nouns of a network that the runner executes by itself: tensors, layers, known answers.

Only what they are and what they mean; the rules are in `rules`, the file in `plan`, the arithmetic
a second time in `reference`, in C in kernels/nets. Maps are [h, w, c], batch 1, channels innermost.

Arithmetic. Every line is one IEEE single operation, rounded to nearest even (`fl`), so that every
board gives the same bits; only the sums of fp32 and fp16 products may be added in any order.

    CONV     sum = sum over window and channels of weight x source, exact (int32) but for floats.
             Outside of the map stands `border`.
             z = fl(sum)                       int32 -> float32
    MAXPOOL  the largest of the pixels inside the map; same type, no finish but `bits`
    AVGPOOL  z = fl(s / n): s = sum of the pixels inside the map, row by row (float32 one by one in
             that order; int8 exact, then fl), n = their number, or with `whole` kernel_h * kernel_w
    AFFINE   z = the source itself as float32
    finish   y = fl(z * scale[o]) where there is a scale, y = fl(y + bias[o]) where there is a bias
             y = fl(y + shortcut) (F32), y = fl(y + fl(shortcut * shortcut_scale)) (I8)
             y = y < low ? low : y, then y = y > high ? high : y     (so -0.0 stays what it is)
    output   F32 y; F16 y rounded to half; I8 and PLANES rint(y) (half to even; low and high lie
             within what the type holds); BITS y < 0, so that -0.0 counts as +1
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum


class TensorType(IntEnum):
    """What a tensor holds; words are of 64 bits, tails of a pixel's last word zero."""

    I8 = 1
    F32 = 2
    F16 = 3
    BITS = 4  # ceil(c / 64) words a pixel, 1 = -1
    PLANES = 5  # unsigned codes of `planes` bits: that many rows of words a pixel, lowest bit first


class Op(IntEnum):
    """What a layer does."""

    CONV = 1  # a dense layer is one whose window is the whole map
    MAXPOOL = 2
    AVGPOOL = 3
    AFFINE = 4  # element by element: batch norm, addition, quantising, copying into channels


class Border(IntEnum):
    """What stands outside of the map of a CONV; pools look at the inside only."""

    NOTHING = 0  # there is no outside: no padding, or a pool
    PLUS_ONE = 1  # BITS
    MINUS_ONE = 2  # BITS
    ZERO = 3  # BITS: counts for nothing (w1a1 in square symmetric windows only); else the value 0
    REPLICATE = 4
    VALUE = 5  # I8: the byte `border_value`, what zero is quantised to


class Encoding(IntEnum):
    """What the bits of a weight below 8 bits stand for (kernels/include/gemm.h)."""

    SIGNED = 0
    BIPOLAR = 1
    UNIPOLAR = 2


TYPE_BYTES = {TensorType.I8: 1, TensorType.F32: 4, TensorType.F16: 2}


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A map of h x w pixels with c channels; `slot` None means outside of the arena.

    Network input and output lie outside; both are F32. `planes` is 0 but for PLANES (1..8).
    """

    type: TensorType
    h: int
    w: int
    c: int
    slot: int | None = None
    planes: int = 0

    @property
    def row_words(self) -> int:
        """64-bit words of one row of bits of a pixel."""
        return -(-self.c // 64)

    @property
    def pixel_bytes(self) -> int:
        """Bytes from one pixel to the next."""
        if self.type is TensorType.BITS:
            return self.row_words * 8
        if self.type is TensorType.PLANES:
            return self.planes * self.row_words * 8
        return self.c * TYPE_BYTES[self.type]

    @property
    def bytes(self) -> int:
        """Size in memory."""
        return self.h * self.w * self.pixel_bytes


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step; tensors by index.

    A layer writes the channels `out_first` .. of its output (of `bits` too), so that layers which
    share an output concatenate: for BITS a multiple of 64; PLANES are written whole. How many they
    are: for CONV `filters`, else the channels of the source.

    `scheme` (CONV) names the products as the kernel registry does, and with it the source's type:
    w1a1 and terna1 read BITS, w*a8 read I8, fp32 F32, fp16 F16, all others PLANES of a's bits.
    `weights`, o rows of kernel_h x kernel_w x c in reading order: bits of w1a1 as words that begin
    anew at every tap (1 = -1), float32, float16, else one int8 per weight that holds its value.

    The output's height and width say how many windows there are; the last ones may overhang. A
    shortcut has the output's height and width and as many channels as the layer writes.
    """

    op: Op
    source: int
    out: int | None = None  # None: only `bits` are wanted
    out_first: int = 0
    bits: int | None = None
    shortcut: int | None = None
    shortcut_scale: float = 1.0
    scheme: str = ""
    encoding: Encoding = Encoding.SIGNED
    filters: int = 0
    kernel_h: int = 1
    kernel_w: int = 1
    stride_h: int = 1
    stride_w: int = 1
    pad_top: int = 0
    pad_left: int = 0
    border: Border = Border.NOTHING
    border_value: int = 0
    whole: bool = False
    low: float = -math.inf
    high: float = math.inf
    weights: bytes = b""
    scale: bytes = b""  # float32 per channel written, or nothing
    bias: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A known answer: FNV-1a of the output for the seeded input of `seed`.

    The input's values are the signed bytes of the stream, divided by 32. Only networks without
    fp32 and fp16 products can have one.
    """

    seed: int
    output_fnv: int


@dataclass(frozen=True, kw_only=True)
class PlanNetwork:
    """A network the runner can execute by itself."""

    name: str
    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    input: int
    output: int
    checks: tuple[Check, ...] = ()
