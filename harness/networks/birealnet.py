"""Binarized ResNet-18 in the Bi-Real layout, seeded: integers from the first byte to the logits.

No accuracy is claimed: the weights are seeded and serve speed, energy and bit-exactness. Arithmetic
(`>>` is arithmetic, `half = 1 << (shift - 1)`, every sum exact before it is scaled):

    real value of an int16 activation = q / 256
    CONV8     acc = sum w * a, both int8; border = 0
              q = clamp16(((acc * multiplier + half) >> shift) + bias)
    BCONV     acc = sum w * s, s = -1 where q < 0, else +1; border = +1
              q = clamp16(((acc * multiplier + half) >> shift) + bias + shortcut)
    MAXPOOL   over the pixels inside the map
    AVGPOOL8  a = clamp8((sum * factor + half) >> shift)
    DENSE8    y = clamp32(sum w * a + bias)

Batch norm is folded into multiplier and bias, per channel. A shortcut at stride 2 is AVGPOOL8 2x2
and a 1x1 CONV8; there is no ReLU before the first sign, or that sign would be +1 everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.networks import seeds
from harness.networks.graph import Layer, Op, PlanNetwork, Tensor, TensorType

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

CLASSES = 1000
STAGES = ((1, 1, 4), (2, 2, 4), (4, 2, 4), (8, 2, 4))  # width factor, first stride, convolutions
_ONE = 256  # int16 activations: 1.0
# bits of a multiplier, so that it and the largest sum (of bits: 13 bits, of bytes: 21) fit an int32
_BIT_DIGITS, _BYTE_DIGITS = 14, 9
_LOW_SLOT, _HIGH_SLOT, _BITS_SLOTS, _BYTES_SLOT, _SIDE_SLOT = 0, 1, (2, 3), 4, 5
# the largest of nine overlapping windows lies this many deviations above the mean (measured)
_MAXPOOL_LIFT = 1.25


@dataclass
class _Builder:
    """Collects tensors and layers; the only mutable thing here, and it does not leave this file."""

    seed: int
    tensors: list[Tensor] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)

    def tensor(self, kind: TensorType, shape: tuple[int, int, int], slot: int | None) -> int:
        h, w, c = shape
        self.tensors.append(Tensor(type=kind, h=h, w=w, c=c, slot=slot))
        return len(self.tensors) - 1

    def stream(self, what: str) -> int:
        return seeds.stream_seed(self.seed, f"{len(self.layers)}/{what}")

    def bytes_of_weights(self, count: int) -> bytes:
        return seeds.integers(self.stream("weights"), count, -63, 63).astype("i1").tobytes()

    def scaled(
        self, channels: int, unit: float, *, digits: int, offset: float = 0.0
    ) -> tuple[int, bytes, bytes]:
        """Return shift, multipliers of `digits` bits, biases: about `unit` per step of the sum."""
        import numpy as np

        shift = digits - math.frexp(unit)[1]
        gain = seeds.integers(self.stream("gain"), channels, 750, 1250) / 1000.0
        turn = 1 - 2 * (seeds.integers(self.stream("turn"), channels, 0, 3) == 0)
        multiplier = np.rint(gain * turn * unit * (1 << shift)).astype("<i4")
        spread = seeds.integers(self.stream("bias"), channels, -_ONE // 8, _ONE // 8)
        bias = (spread + round(offset * _ONE)).astype("<i4")
        return shift, multiplier.tobytes(), bias.tobytes()


def build(*, seed: int, side: int = 224, width: int = 64, classes: int = CLASSES) -> PlanNetwork:
    """Return the network for a `side` x `side` x 3 input (a multiple of 32) of int8.

    `width` = channels of the first stage; 64 is ResNet-18.
    """
    b = _Builder(seed=seed)
    first = b.tensor(TensorType.I8, (side, side, 3), None)
    x, bits = _stem(b, first, side, width)
    for factor, stride, count in STAGES:
        for number in range(count):
            x, bits = _block(b, x, bits, width * factor, stride if number == 0 else 1)
    output = _head(b, x, classes)
    return PlanNetwork(
        name=f"birealnet18_{side}_w{width}",
        tensors=tuple(b.tensors),
        layers=tuple(b.layers),
        input=first,
        output=output,
    )


def _stem(b: _Builder, source: int, side: int, width: int) -> tuple[int, int]:
    depth = 7 * 7 * 3
    half, quarter = side // 2, side // 4
    # uniform bytes have a deviation of 74, the weights one of 36.7
    unit = _ONE / (74.0 * 36.7 * math.sqrt(depth))
    shift, multiplier, bias = b.scaled(width, unit, digits=_BYTE_DIGITS, offset=-_MAXPOOL_LIFT)
    weights = b.bytes_of_weights(width * depth)
    conv = b.tensor(TensorType.I16, (half, half, width), _LOW_SLOT)
    b.layers.append(
        Layer(
            op=Op.CONV8,
            source=source,
            out=conv,
            kernel=7,
            stride=2,
            pad=3,
            shift=shift,
            weights=weights,
            multiplier=multiplier,
            bias=bias,
        )
    )
    out = b.tensor(TensorType.I16, (quarter, quarter, width), _HIGH_SLOT)
    bits = b.tensor(TensorType.BITS, (quarter, quarter, width), _BITS_SLOTS[0])
    pool = Layer(op=Op.MAXPOOL, source=conv, out=out, bits=bits, kernel=3, stride=2, pad=1)
    b.layers.append(pool)
    return out, bits


def _block(b: _Builder, x: int, bits: int, channels: int, stride: int) -> tuple[int, int]:
    """Append `x = BN(xnor_conv(sign(x))) + shortcut(x)`; returns the new map and its signs."""
    given = b.tensors[x]
    shape = (given.h // stride, given.w // stride, channels)
    shortcut = x if stride == 1 else _downsample(b, x, shape)
    words = -(-given.c // 64)
    depth = 9 * given.c
    shift, multiplier, bias = b.scaled(channels, _ONE / math.sqrt(depth), digits=_BIT_DIGITS)
    weights = _binary_weights(b.stream("weights"), channels * 9, given.c, words)
    # a shortcut in its side slot leaves both others free
    slot = _HIGH_SLOT if given.slot == _LOW_SLOT else _LOW_SLOT
    free = _BITS_SLOTS[1 if b.tensors[bits].slot == _BITS_SLOTS[0] else 0]
    out = b.tensor(TensorType.I16, shape, slot)
    signs = b.tensor(TensorType.BITS, shape, free)
    b.layers.append(
        Layer(
            op=Op.BCONV,
            source=bits,
            shortcut=shortcut,
            out=out,
            bits=signs,
            kernel=3,
            stride=stride,
            pad=1,
            shift=shift,
            weights=weights,
            multiplier=multiplier,
            bias=bias,
        )
    )
    return out, signs


def _binary_weights(seed: int, rows: int, channels: int, words: int) -> bytes:
    import numpy as np

    packed: NDArray[np.uint64] = seeds.words(seed, rows * words).reshape(rows, words).copy()
    if channels % 64:
        packed[:, -1] &= np.uint64((1 << (channels % 64)) - 1)
    return packed.astype("<u8").tobytes()


def _downsample(b: _Builder, x: int, shape: tuple[int, int, int]) -> int:
    h, w, channels = shape
    given = b.tensors[x].c
    pooled = b.tensor(TensorType.I8, (h, w, given), _BYTES_SLOT)
    # mean of four, and sixteenths of 1.0: bytes reach +-8.0
    b.layers.append(
        Layer(
            op=Op.AVGPOOL8,
            source=x,
            out=pooled,
            kernel=2,
            stride=2,
            shift=2 + 4,
            factor=1,
        )
    )
    unit = _ONE / (16.0 * 36.7 * math.sqrt(given))
    shift, multiplier, bias = b.scaled(channels, unit, digits=_BYTE_DIGITS)
    out = b.tensor(TensorType.I16, shape, _SIDE_SLOT)
    b.layers.append(
        Layer(
            op=Op.CONV8,
            source=pooled,
            out=out,
            shift=shift,
            weights=b.bytes_of_weights(channels * given),
            multiplier=multiplier,
            bias=bias,
        )
    )
    return out


def _head(b: _Builder, x: int, classes: int) -> int:
    import numpy as np

    last = b.tensors[x]
    pooled = b.tensor(TensorType.I8, (1, 1, last.c), _BYTES_SLOT)
    shift = 20
    factor = round((1 << shift) / (last.h * last.w * 8))  # mean, then 32nds of 1.0
    b.layers.append(
        Layer(
            op=Op.AVGPOOL8,
            source=x,
            out=pooled,
            kernel=last.h,
            shift=shift,
            factor=factor,
        )
    )
    output = b.tensor(TensorType.I32, (1, 1, classes), None)
    bias = seeds.integers(b.stream("bias"), classes, -1000, 1000).astype(np.dtype("<i4"))
    b.layers.append(
        Layer(
            op=Op.DENSE8,
            source=pooled,
            out=output,
            weights=b.bytes_of_weights(classes * last.c),
            bias=bias.tobytes(),
        )
    )
    return output


def macs(network: PlanNetwork) -> Mapping[str, int]:
    """Return multiply-adds of one inference by precision: `w1a1` and `w8a8`."""
    counts = {"w1a1": 0, "w8a8": 0}
    for layer in network.layers:
        source, out = network.tensors[layer.source], network.tensors[layer.out]
        taps = layer.kernel**2 * source.c
        if layer.op is Op.BCONV:
            counts["w1a1"] += out.h * out.w * out.c * taps
        elif layer.op is Op.CONV8:
            counts["w8a8"] += out.h * out.w * out.c * taps
        elif layer.op is Op.DENSE8:
            counts["w8a8"] += out.c * source.h * source.w * source.c
    return counts
