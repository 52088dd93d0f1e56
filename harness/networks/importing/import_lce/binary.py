"""Larq's own operators: packed signs in, packed signs or real numbers out.

A word holds 32 channels, lowest bit first, 1 = negative; kernels stand as [o, kh, kw, words]. The
accumulator counts mismatches m of k products, so the sum of products is k - 2m. LCE writes either
(k - 2m, clipped) * multiplier + bias, or the bit m > threshold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.importing.import_lce.building import (
    NO_PADS,
    Seen,
    activation,
    demand,
    node_name,
    option,
)
from harness.networks.importing.import_lce.windows import padded, strides, take_pads, window
from harness.networks.models.model import Affine, Clip, Conv, MaxPool, Sign, Weights
from harness.networks.plans.graph import Border, Encoding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_lce.building import Building, Shape
    from harness.networks.importing.import_lce.nouns import Operator
    from harness.networks.models.model import Node

    Floats = NDArray[np.float32]


def quantize(building: Building, op: Operator) -> Seen:
    """Signs of a map: negative or not."""
    seen = building.source(op)
    demand(not seen.packed, "its input holds packed signs already")
    name = node_name(op)
    value = building.node(Sign(name=name, inputs=(seen.value,), output=name), seen.shape)
    demand(not seen.flat, "its input is flat, wants a map")
    return replace(seen, value=value, packed=True, outside=-1.0 if seen.outside < 0 else 1.0)


def dequantize(building: Building, op: Operator) -> Seen:
    """Back to real numbers: what a Sign makes has the values -1 and +1 already."""
    seen = building.source(op)
    demand(seen.packed, "its input holds no packed signs")
    demand(seen.pads == NO_PADS, "its input was padded by an operator of its own")
    return replace(seen, packed=False)


def maxpool(building: Building, op: Operator) -> Seen:
    """The largest sign of a window."""
    seen = _signs(building, op)
    demand(seen.pads == NO_PADS, "its input was padded by an operator of its own")
    kernel = (option(op, "filter_height", 1, 255), option(op, "filter_width", 1, 255))
    stride = strides(op, "stride_height", "stride_width")
    frame, sides = window(op, seen.shape, kernel, stride)
    name = node_name(op)
    pool = MaxPool(name=name, inputs=(seen.value,), output=name, window=frame)
    return replace(
        seen, value=building.node(pool, (*sides, seen.shape[2])), shape=(*sides, seen.shape[2])
    )


def convolution(building: Building, op: Operator) -> Seen:
    """A convolution of signs with signs."""
    seen = _signs(building, op)
    for axis in ("height", "width"):
        dilation = option(op, f"dilation_{axis}_factor", 1, 1 << 30)
        demand(dilation == 1, f"it is dilated by {dilation}, wants 1")
    channels = option(op, "channels_in", 1, 1 << 30)
    demand(channels == seen.shape[2], f"it reads {channels} channels of {seen.shape[2]}")
    signs = _kernel(building, op, channels)
    stride = strides(op, "stride_height", "stride_width")
    frame, sides = window(op, padded(seen), (signs.shape[1], signs.shape[2]), stride)
    frame, border = take_pads(frame, seen, _BORDERS[option(op, "pad_values", 0, 1)])
    shape = (*sides, signs.shape[0])
    packed = building.has(op, 4)
    if packed:
        uneven = border is Border.ZERO and frame.pads != NO_PADS and channels % 2 == 1
        # a zero counts as half a mismatch: LCE itself runs no such operator
        demand(not uneven, "it writes signs, pads with 0 and reads an odd number of channels")
    scale, bias, finish = (
        _to_signs(building, op, signs) if packed else _to_floats(building, op, shape)
    )
    name = node_name(op)
    value = f"{name}.sum" if finish else name
    weights = Weights(values=signs, scale=scale, bits=1, encoding=Encoding.BIPOLAR)
    conv = Conv(
        name=value,
        inputs=(seen.value,),
        output=value,
        weights=weights,
        bias=bias,
        window=frame,
        border=border,
    )
    building.node(conv, shape)
    for node in finish:
        building.node(node, shape)
    return Seen(value=name, shape=shape, packed=packed, outside=1.0)


_BORDERS = (Border.ZERO, Border.PLUS_ONE)


def _signs(building: Building, op: Operator) -> Seen:
    seen = building.source(op)
    demand(seen.packed, "its input holds no packed signs")
    return seen


def _kernel(building: Building, op: Operator, channels: int) -> NDArray[np.int8]:
    """The kernel as -1 and +1 [o, kh, kw, channels]."""
    import numpy as np

    packed = building.integers(op, 1)
    words = -(-channels // 32)
    demand(packed.ndim == 4, f"its kernel has {packed.ndim} dimensions, wants 4")
    # how LCE says groups: fewer channels in the kernel than in the map
    words_seen = packed.shape[3]
    demand(
        words_seen == words,
        f"its kernel reads {words_seen * 32} of {channels} channels; groups are not taken",
    )
    building.count_weights(packed.size * 32)
    bits = np.unpackbits(packed.astype("<i4").view(np.uint8), axis=3, bitorder="little")
    demand(not bits[..., channels:].any(), "its kernel has bits behind the last channel")
    values: NDArray[np.int8] = 1 - 2 * bits[..., :channels].astype(np.int8)
    return values


def _to_floats(
    building: Building, op: Operator, shape: Shape
) -> tuple[Floats, Floats, tuple[Node, ...]]:
    """Scale, bias and what follows; an activation comes before multiplier and bias."""
    import numpy as np

    count = shape[2]
    multiplier, bias = building.reals(op, 2), building.reals(op, 3)
    fits = multiplier.shape == bias.shape == (count,)
    demand(fits, f"its multiplier or bias has not the {count} values of its channels")
    bounds = activation(op)
    if bounds is None:
        return multiplier, bias, ()
    name = node_name(op)
    total, clipped = f"{name}.sum", f"{name}.clip"
    return (
        np.ones(count, np.float32),
        np.zeros(count, np.float32),
        (
            Clip(name=clipped, inputs=(total,), output=clipped, low=bounds[0], high=bounds[1]),
            Affine(name=name, inputs=(clipped,), output=name, scale=multiplier, bias=bias),
        ),
    )


def _to_signs(
    building: Building, op: Operator, signs: NDArray[np.int8]
) -> tuple[Floats, Floats, tuple[Node, ...]]:
    """Scale, bias and the Sign: negative where m > t, that is where k - 2m < k - 2t.

    Both sides of that are even or both odd, so 1 is added for a sum that is never 0. What the
    activation does is in the thresholds already.
    """
    import numpy as np

    count, products = signs.shape[0], signs[0].size
    thresholds = building.integers(op, 4)
    demand(thresholds.shape == (count,), f"it has not the {count} thresholds of its channels")
    # m lies in 0..k: thresholds far outside mean always and never
    t = np.clip(thresholds, -1, products)
    name = node_name(op)
    bias = (2 * t + 1 - products).astype(np.float32)
    sign = Sign(name=name, inputs=(f"{name}.sum",), output=name)
    return np.ones(count, np.float32), bias, (sign,)
