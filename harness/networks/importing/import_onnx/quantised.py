"""QuantizeLinear and DequantizeLinear: integers of weights are kept, activations get Quant nodes.

A QuantizeLinear becomes the quantiser at once; up to the DequantizeLinear only operators may stand
that move integers about.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.networks.importing.import_onnx import layers
from harness.networks.importing.import_onnx.values import Codes, Const

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step
    from harness.networks.importing.import_onnx.values import Value

# type -> bits and range
TYPES = {
    "int4": (4, -8, 7),
    "uint4": (4, 0, 15),
    "int8": (8, -128, 127),
    "uint8": (8, 0, 255),
    "int16": (16, -32768, 32767),
    "uint16": (16, 0, 65535),
}


def quantise(step: Step) -> Value:
    """Take QuantizeLinear."""
    _plain(step)
    kind = str(step.array(2).dtype) if step.has(2) else _output_type(step)
    if kind not in TYPES:
        raise step.refuse(f"it quantises to {kind}; known are {', '.join(TYPES)}")
    bits, low, high = TYPES[kind]
    found = step.value(0)
    if isinstance(found, Const):
        return _fold(step, found, low, high, kind)
    zero = _zero(step)
    act, scale = step.act(), step.scalar(1)
    made = layers.quant(step, act.value, scale=scale, zero=zero, low=low, high=high, bits=bits)
    return replace(act, value=made, codes=(scale, zero, kind))


def dequantise(step: Step) -> Value:
    """Take DequantizeLinear of a constant, or of what a QuantizeLinear made."""
    _plain(step)
    found = step.value(0)
    if isinstance(found, Const):
        return _weights(step, found.values)
    act = step.act(codes=True)
    if act.codes is None:
        raise step.refuse("it dequantises what no QuantizeLinear before it made")
    scale, zero = step.scalar(1), _zero(step)
    if (scale, zero) != act.codes[:2]:
        raise step.refuse(
            f"its scale {scale} and zero point {zero} are not those its input was quantised with, "
            f"{act.codes[0]} and {act.codes[1]}"
        )
    return replace(act, codes=None)


def _plain(step: Step) -> None:
    if step.attr_int("block_size", 0):
        raise step.refuse("it has a scale per block", "quantise per tensor or per channel")


def _output_type(step: Step) -> str:
    import onnx

    number = step.attr_int("output_dtype", 0)
    if not number:
        return "uint8"
    return str(onnx.TensorProto.DataType.Name(number)).lower()


def _zero(step: Step) -> int:
    return int(step.scalar(2)) if step.has(2) else 0


def _spread(step: Step, index: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return scale or zero point of every element."""
    import numpy as np

    held = step.array(index)
    if held.size == 1:
        return np.broadcast_to(held.reshape(()), shape)
    axis = step.axis(step.attr_int("axis", 1), len(shape))
    if held.shape != (shape[axis],):
        raise step.refuse(f"its scale has the shape {held.shape}, its input {shape}")
    return np.broadcast_to(held.reshape(-1, *(1,) * (len(shape) - 1 - axis)), shape)


def _fold(step: Step, const: Const, low: int, high: int, kind: str) -> Const:
    import numpy as np

    step.net.spend(const.values.size)
    scale = _spread(step, 1, const.values.shape)
    zero = _spread(step, 2, const.values.shape).astype(np.int32) if step.has(2) else np.int32(0)
    ratio = np.rint(const.values.astype(np.float32) / scale)
    codes = np.clip(ratio + zero, low, high)
    if not np.isfinite(ratio).all():
        raise step.refuse("it quantises numbers that are not finite")
    dtype = step.array(2).dtype if step.has(2) else np.dtype(kind)
    return Const(values=codes.astype(np.int32).astype(dtype))


def _weights(step: Step, integers: NDArray[Any]) -> Const:
    import numpy as np

    kind = str(integers.dtype)
    if kind != "int32" and kind not in TYPES:
        raise step.refuse(f"it dequantises {kind}; known are int32, {', '.join(TYPES)}")
    step.net.spend(2 * integers.size)
    scale = _spread(step, 1, integers.shape).astype(np.float32)
    codes = integers.astype(np.int64)
    if step.has(2):
        codes = codes - _spread(step, 2, integers.shape).astype(np.int64)
    values = codes.astype(np.float32) * scale
    bits = TYPES[kind][0] if kind in TYPES else 32
    if bits > 8:  # a bias, or weights that no kernel has: real numbers from here on
        return Const(values=values)
    return Const(values=values, codes=Codes(codes=codes.astype(np.int32), step=scale, bits=bits))
