"""Nodes of the model that several ONNX operators end in: per-channel numbers, weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from harness.networks.importing.import_onnx.values import seen_as
from harness.networks.models.draft import float_weights
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    MaxPool,
    Quant,
    Sign,
    Weights,
)
from harness.networks.plans.graph import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step
    from harness.networks.importing.import_onnx.values import Act, Const

    Floats = NDArray[np.float32]


def per_channel(step: Step, act: Act, numbers: Floats) -> Floats:
    """Return one number per channel out of a constant that ONNX broadcasts over `act`."""
    import numpy as np

    channels = step.shape_of(act)[2]
    step.net.spend(3 * channels)  # scale, bias, and what they are made of
    if numbers.size == 1:
        return np.full(channels, numbers.ravel()[0], np.float32)
    if numbers.ndim > len(act.dims):
        raise step.refuse(f"a constant of the shape {numbers.shape} does not fit {act.dims}")
    shape = (1,) * (len(act.dims) - numbers.ndim) + numbers.shape
    size = step.sizes(act)
    letters, parts = "", []
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        if length != act.dims[axis]:
            raise step.refuse(f"a constant of the shape {numbers.shape} does not fit {act.dims}")
        letters += act.atoms[axis]
        parts += [size[a] for a in act.atoms[axis]]
    laid = numbers.reshape(parts)
    if "c" in letters:
        laid = np.moveaxis(laid, letters.index("c"), 0).reshape(channels, -1)
    else:
        laid = np.broadcast_to(laid.reshape(1, -1), (channels, laid.size)) if laid.size else laid
    if (laid != laid[:, :1]).any():
        raise step.refuse(
            "its constant differs from pixel to pixel; one number a channel is wanted"
        )
    return np.ascontiguousarray(laid[:, 0], np.float32)


def affine(step: Step, act: Act, scale: Floats, bias: Floats, part: str = "") -> str:
    """Append x * scale + bias per channel."""
    import numpy as np

    if not np.isfinite(scale).all() or not np.isfinite(bias).all():
        raise step.refuse("its numbers are too large for single precision")
    name, output = step.new(part)
    return step.add(Affine(name=name, inputs=(act.value,), output=output, scale=scale, bias=bias))


def shift(step: Step, value: str, by: Floats, part: str) -> str:
    """Append x + by per channel to a value."""
    import numpy as np

    name, output = step.new(part)
    ones = np.ones(len(by), np.float32)
    return step.add(Affine(name=name, inputs=(value,), output=output, scale=ones, bias=by))


def clip(step: Step, act: Act, low: float, high: float) -> str:
    """Append min(max(x, low), high)."""
    if math.isnan(low) or math.isnan(high) or low > high:
        raise step.refuse(f"its limits are {low} and {high}")
    name, output = step.new()
    return step.add(Clip(name=name, inputs=(act.value,), output=output, low=low, high=high))


def sign(step: Step, value: str, scale: float, part: str = "") -> str:
    """Append -scale where x < 0, else +scale."""
    positive(step, scale)
    name, output = step.new(part)
    return step.add(Sign(name=name, inputs=(value,), output=output, scale=scale))


def quant(
    step: Step,
    value: str,
    *,
    scale: float,
    zero: int,
    low: int,
    high: int,
    bits: int,
    part: str = "",
) -> str:
    """Append a quantiser of one scale."""
    positive(step, scale)
    if not low <= zero <= high:
        raise step.refuse(f"its zero point {zero} is not one of its values {low}..{high}")
    name, output = step.new(part)
    return step.add(
        Quant(
            name=name,
            inputs=(value,),
            output=output,
            scale=scale,
            zero=zero,
            low=low,
            high=high,
            bits=bits,
        )
    )


def positive(step: Step, scale: float) -> None:
    """Refuse a scale that is zero, negative or no number."""
    if not 0 < scale < math.inf:
        raise step.refuse(f"its scale is {scale}")


def weights(step: Step, const: Const, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Weights:
    """Return a constant as the weights that `change` makes of it, [o, h, w, i] or [o, ...].

    Integers with one step per output stay integers; others become the float32 they stand for.
    """
    import numpy as np

    step.net.spend(const.values.size * (1 if const.codes is None else 3))
    values = const.values.astype(np.float32)
    if not np.isfinite(values).all():
        raise step.refuse("its weights hold numbers that are not finite")
    held = const.codes
    if held is None:
        return float_weights(change(values))
    codes, steps = change(held.codes), change(held.step).reshape(len(change(held.codes)), -1)
    if not (steps > 0).all():
        raise step.refuse("the scale of its weights is not positive")
    if (steps != steps[:, :1]).any():
        raise step.refuse(
            "the scale of its weights differs inside an output channel",
            "quantise weights per tensor or per output channel",
        )
    bits, encoding = _width(step, codes, held.bits, bipolar=held.bipolar)
    return Weights(
        values=np.ascontiguousarray(codes, np.int8),
        scale=np.ascontiguousarray(steps[:, 0], np.float32),
        bits=bits,
        encoding=encoding,
        ternary=held.ternary,
    )


def _width(
    step: Step, codes: NDArray[np.int32], bits: int, *, bipolar: bool
) -> tuple[int, Encoding]:
    """Return the bits that hold `codes`, and what they stand for."""
    if bipolar:
        return 1, Encoding.BIPOLAR
    low, high = int(codes.min()), int(codes.max())
    if low >= 0 and high >= 1 << (bits - 1) and high < 1 << bits and bits < 8:
        return bits, Encoding.UNIPOLAR
    # a zero point may move signed weights out of their range by a bit
    while not -(1 << (bits - 1)) <= low <= high < 1 << (bits - 1):
        bits += 1
    if bits > 8:
        raise step.refuse(
            f"its weights run from {low} to {high}, more than 8 bits hold",
            "quantise weights to signed integers without a zero point",
        )
    return bits, Encoding.SIGNED


def pixel(value: str, channels: int, rank: int) -> tuple[tuple[int, ...], tuple[str, ...], str]:
    """Return dims and atoms of a vector of `channels` behind `rank` - 1 axes of 1."""
    dims, atoms = seen_as((1, 1, channels), (*("",) * (rank - 1), "c"))
    return dims, atoms, value


def not_negative(step: Step, value: str) -> bool:
    """Say whether a map holds no negative number, as its makers show."""
    left, seen = [value], set[str]()
    while left:
        at = left.pop()
        node = step.net.makers.get(at)
        if at in seen:
            continue
        seen.add(at)
        if isinstance(node, Clip) and node.low >= 0:
            continue
        if isinstance(node, Quant) and node.low >= node.zero:
            continue
        if isinstance(node, Affine) and min(node.scale.min(), node.bias.min()) < 0:
            return False
        if not isinstance(node, Affine | MaxPool | AvgPool | Concat | Add | Quant):
            return False
        left += node.inputs
    return True
