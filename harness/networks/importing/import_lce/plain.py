"""TFLite's own operators on real numbers, those of them that a Model has words for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.importing.import_lce.building import (
    NO_PADS,
    Refused,
    Seen,
    demand,
    node_name,
    option,
)
from harness.networks.importing.import_lce.windows import padded, strides, take_pads, window
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Weights,
    Window,
)
from harness.networks.plans.graph import Border

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_lce.building import Building, Shape
    from harness.networks.importing.import_lce.nouns import Operator
    from harness.networks.models.model import Node

    Floats = NDArray[np.float32]


def convolution(building: Building, op: Operator) -> Seen:
    """CONV_2D; kernels stand as [o, kh, kw, i] in the file too."""
    seen = building.source(op)
    demand(not seen.packed, "its input holds packed signs")
    demand(not seen.flat, "its input is flat, wants a map")
    for axis in ("h", "w"):
        dilation = option(op, f"dilation_{axis}_factor", 1, 1 << 30)
        demand(dilation == 1, f"it is dilated by {dilation}, wants 1")
    kernel = building.reals(op, 1)
    demand(kernel.ndim == 4, f"its kernel has {kernel.ndim} dimensions, wants 4")
    given = seen.shape[2]
    demand(kernel.shape[3] == given, f"its kernel reads {kernel.shape[3]} channels of {given}")
    stride = strides(op, "stride_h", "stride_w")
    frame, sides = window(op, padded(seen), (kernel.shape[1], kernel.shape[2]), stride)
    frame, border = take_pads(frame, seen, Border.ZERO)
    shape = (*sides, kernel.shape[0])
    name = node_name(op)
    conv = Conv(
        name=name,
        inputs=(seen.value,),
        output=name,
        weights=_weights(building, kernel),
        bias=_bias(building, op, kernel.shape[0]),
        window=frame,
        border=border,
    )
    return _made(building, op, conv, shape)


def dense(building: Building, op: Operator) -> Seen:
    """FULLY_CONNECTED over a whole map or a flat tensor."""
    seen = building.floats(op)
    demand(option(op, "weights_format", 0, 255) == 0, "its weights are shuffled")
    matrix = building.reals(op, 1)
    count = seen.shape[0] * seen.shape[1] * seen.shape[2]
    fits = matrix.ndim == 2 and matrix.shape[1] == count
    demand(fits, f"its weights have the shape {list(matrix.shape)}, its input {count} values")
    # a matrix is applied to the last axis: with a map of several pixels that is another operation
    demand(seen.flat or seen.shape[:2] == (1, 1), "its input is a map, wants it flat")
    outputs = matrix.shape[0]
    name = node_name(op)
    node = Dense(
        name=name,
        inputs=(seen.value,),
        output=name,
        weights=_weights(building, matrix.reshape(outputs, *seen.shape)),
        bias=_bias(building, op, outputs),
    )
    return _made(building, op, node, (1, 1, outputs))


def add(building: Building, op: Operator) -> Seen:
    """ADD of two maps, or of a constant per channel."""
    constant = _constant_side(building, op)
    if constant is not None:
        return _affine(building, op, constant, product=False)
    one, other = building.floats(op, 0), building.floats(op, 1)
    demand(one.shape == other.shape, f"it adds {list(other.shape)} to {list(one.shape)}")
    name = node_name(op)
    node = Add(name=name, inputs=(one.value, other.value), output=name)
    return _made(building, op, node, one.shape, flat=one.flat)


def multiply(building: Building, op: Operator) -> Seen:
    """MUL with a constant per channel."""
    constant = _constant_side(building, op)
    if constant is None:
        raise Refused("it multiplies two maps; only constants per channel are taken")
    return _affine(building, op, constant, product=True)


def maxpool(building: Building, op: Operator) -> Seen:
    """MAX_POOL_2D; what lies outside does not count."""
    seen, frame, shape = _pool(building, op)
    name = node_name(op)
    node = MaxPool(name=name, inputs=(seen.value,), output=name, window=frame)
    return _made(building, op, node, shape)


def avgpool(building: Building, op: Operator) -> Seen:
    """AVERAGE_POOL_2D; what lies outside does not count."""
    seen, frame, shape = _pool(building, op)
    name = node_name(op)
    node = AvgPool(name=name, inputs=(seen.value,), output=name, window=frame)
    return _made(building, op, node, shape)


def mean(building: Building, op: Operator) -> Seen:
    """MEAN over height and width."""
    seen = building.floats(op)
    axes = {int(axis) % 4 for axis in building.integers(op, 1).ravel()[:8]}
    demand(axes == {1, 2} and not seen.flat, "it does not go over height and width")
    name = node_name(op)
    frame = Window(kernel=seen.shape[:2])
    node = AvgPool(name=name, inputs=(seen.value,), output=name, window=frame)
    return _made(building, op, node, (1, 1, seen.shape[2]))


def clip(building: Building, op: Operator) -> Seen:
    """RELU, RELU6 and RELU_N1_TO_1."""
    seen = building.floats(op)
    name = node_name(op)
    low, high = _CLIPS[op.kind]
    node = Clip(name=name, inputs=(seen.value,), output=name, low=low, high=high)
    return replace(seen, value=building.node(node, seen.shape))


_CLIPS = {"RELU": (0.0, float("inf")), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}


def pad(building: Building, op: Operator) -> Seen:
    """PAD and PADV2 of height and width: the next convolution carries them out."""
    seen = building.source(op)
    table = building.integers(op, 1)
    demand(table.shape == (4, 2) and not seen.flat, "it pads no map of height and width")
    demand(bool((table >= 0).all() and (table <= 4096).all()), "its pads are out of range")
    demand(not table[0].any() and not table[3].any(), "it pads the batch or the channels")
    # bits of zero are +1; a constant of packed words would have to be -1 in every bit or in none
    outside = 1.0 if seen.packed else 0.0
    if op.kind == "PADV2":
        demand(not seen.packed, "it pads packed signs with a constant")
        value = building.reals(op, 2)
        demand(value.size == 1, "its constant is no single number")
        outside = float(value.ravel()[0])
    demand(seen.pads == NO_PADS or seen.outside == outside, "it pads anew, with another value")
    (top, bottom), (left, right) = table[1].tolist(), table[2].tolist()
    old = seen.pads
    pads = (old[0] + top, old[1] + left, old[2] + bottom, old[3] + right)
    return replace(seen, pads=pads, outside=outside)


def concat(building: Building, op: Operator) -> Seen:
    """CONCATENATION of channels."""
    parts = [building.floats(op, i) for i in range(len(op.inputs))]
    demand(len(parts) > 0, "it has no inputs")
    rank = 2 if parts[0].flat else 4
    axis = option(op, "axis", -rank, rank - 1) % rank
    first = parts[0].shape
    same = all(p.shape[:2] == first[:2] and p.flat == parts[0].flat for p in parts)
    joins = axis == rank - 1 and (rank == 4 or first[:2] == (1, 1))
    demand(same and joins, "it does not join maps of one size by their channels")
    name = node_name(op)
    node = Concat(name=name, inputs=tuple(p.value for p in parts), output=name)
    shape = (*first[:2], sum(p.shape[2] for p in parts))
    return _made(building, op, node, shape, flat=parts[0].flat)


def reshape(building: Building, op: Operator) -> Seen:
    """RESHAPE to a flat tensor and back; the values stay where they are."""
    seen = building.floats(op)
    wants = building.file.tensors[op.outputs[0]].shape
    flat = replace(seen, flat=True)
    if wants == flat.declared:
        return flat
    again = replace(seen, flat=False)
    demand(wants == again.declared, f"it makes {list(wants)} of {list(seen.declared)}")
    return again


def softmax(building: Building, op: Operator) -> Seen:
    """SOFTMAX as the last operator: left out, since it moves no class."""
    seen = building.floats(op)
    last = op.outputs[0] == building.file.output
    demand(last and seen.shape[:2] == (1, 1), "it is not the last operator, over classes")
    building.notes["softmax"] = "the file ends in a softmax, which is left out: outputs are logits"
    return seen


def _constant_side(building: Building, op: Operator) -> int | None:
    sides = [i for i in (0, 1) if building.is_constant(op, i)]
    demand(len(sides) < 2, "both of its inputs are constants")
    return sides[0] if sides else None


def _affine(building: Building, op: Operator, side: int, *, product: bool) -> Seen:
    import numpy as np

    seen = building.floats(op, 1 - side)
    raw = building.reals(op, side)
    count = seen.shape[2]
    channels = raw.size == count == (raw.shape[-1] if raw.ndim else 1)
    whole = seen.flat and seen.shape[:2] != (1, 1)
    demand(
        raw.ndim <= 4 and (raw.size == 1 or (channels and not whole)),
        f"its constant of the shape {list(raw.shape)} is none per channel ({count})",
    )
    values = np.full(count, raw.ravel()[0], np.float32) if raw.size == 1 else raw.reshape(count)
    building.count_weights(count)
    scale = values if product else np.ones(count, np.float32)
    bias = np.zeros(count, np.float32) if product else values
    name = node_name(op)
    node = Affine(name=name, inputs=(seen.value,), output=name, scale=scale, bias=bias)
    return _made(building, op, node, seen.shape, flat=seen.flat)


def _pool(building: Building, op: Operator) -> tuple[Seen, Window, Shape]:
    seen = building.floats(op)
    demand(not seen.flat, "its input is flat, wants a map")
    kernel = (option(op, "filter_height", 1, 4096), option(op, "filter_width", 1, 4096))
    frame, sides = window(op, seen.shape, kernel, strides(op, "stride_h", "stride_w"))
    return seen, frame, (*sides, seen.shape[2])


def _made(
    building: Building, op: Operator, node: Node, shape: Shape, *, flat: bool = False
) -> Seen:
    value = building.activated(op, building.node(node, shape), shape)
    return Seen(value=value, shape=shape, flat=flat)


def _weights(building: Building, values: Floats) -> Weights:
    import numpy as np

    building.count_weights(values.size)
    return Weights(values=values, scale=np.ones(values.shape[0], np.float32))


def _bias(building: Building, op: Operator, count: int) -> Floats:
    import numpy as np

    if not building.has(op, 2):
        return np.zeros(count, np.float32)
    bias = building.reals(op, 2)
    demand(bias.shape == (count,), f"its bias has the shape {list(bias.shape)}, wants [{count}]")
    return bias
