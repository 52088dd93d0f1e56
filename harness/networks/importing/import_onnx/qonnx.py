"""QONNX: Quant, BipolarQuant, Trunc and MultiThreshold, as Brevitas, QONNX and FINN write them.

Quant clips before it rounds; between whole limits that is the same as rounding first. Its zero
point is added before rounding, so that an odd one would turn halves the other way than the model's
`Quant` does: refused. Weights are folded to integers, in every rounding mode.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.networks.importing.import_onnx import layers
from harness.networks.importing.import_onnx.values import Act, Codes, Const
from harness.networks.models.model import Add, Affine, AvgPool, Quant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step
    from harness.networks.importing.import_onnx.values import Value

MAX_THRESHOLDS = 15


def is_ours(domain: str) -> bool:
    """Say whether a domain is one that QONNX's writers have used."""
    return domain in {"onnx.brevitas", "finn"} or domain.startswith(("qonnx.", "finn."))


def quant(step: Step) -> Value:
    """Take Quant (IntQuant): weights fold to integers, activations get a quantiser."""
    found = step.value(0)
    # biases are quantised to 32 bits; they become real numbers here
    bits = _bits(step, 3, most=32 if isinstance(found, Const) else 24)
    signed, narrow = bool(step.attr_int("signed", 1)), bool(step.attr_int("narrow", 0))
    mode = step.attr_text("rounding_mode", "ROUND").upper()
    if bits == 1 and signed:
        return _bipolar(step, zero_index=2)
    low, high = limits(bits, signed=signed, narrow=narrow)
    if isinstance(found, Const):
        return _folded(step, found, bits=bits, low=low, high=high, mode=mode)
    if mode not in {"ROUND", "HALF_EVEN"}:
        raise step.refuse(
            f"it rounds activations by {mode}; the kernels round to the nearest, halves to even",
            "train it with rounding_mode ROUND",
        )
    zero = step.scalar(2)
    if zero != int(zero) or int(zero) % 2:
        raise step.refuse(f"its zero point is {zero:g}; even whole numbers are known")
    made = layers.quant(
        step,
        step.act().value,
        scale=step.scalar(1),
        zero=int(zero),
        low=low,
        high=high,
        bits=bits,
    )
    return replace(step.act(), value=made)


def bipolar(step: Step) -> Value:
    """Take BipolarQuant: scale where x >= 0, else -scale."""
    return _bipolar(step)


def limits(bits: int, *, signed: bool, narrow: bool) -> tuple[int, int]:
    """Return the range of a quantiser."""
    if signed:
        return -(1 << (bits - 1)) + narrow, (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1 - narrow


def trunc(step: Step) -> Act:
    """Take Trunc: whole numbers of `bits_in` bits lose their lowest ones.

    A first quantiser makes them whole, as the operator does, where they may not be: so halves
    stay halves. floor(r / 2^t) of a whole r is rint((r + 1/2) / 2^t - 1/2), which never meets one.
    """
    act = step.act()
    second = len(step.inputs) == 6  # version 2 has the output's scale before its bits
    scale, bits_in = step.scalar(1), _bits(step, 3)
    bits_out = _bits(step, 5 if second else 4)
    mode = step.attr_text("rounding_mode", "FLOOR").upper()
    known = {"FLOOR", "ROUND", "HALF_EVEN"} if second else {"FLOOR"}
    if step.scalar(2) or mode not in known:
        raise step.refuse(
            f"it truncates by {mode} from the zero point {step.scalar(2):g}; known are "
            f"{', '.join(sorted(known))} from 0",
            "export the network with a Quant in its place",
        )
    layers.positive(step, scale)
    signed = not layers.not_negative(step, act.value)
    if second:
        signed = bool(step.attr_int("signed", 1))
    value = act.value
    if mode != "FLOOR" or not _whole(step, act, scale, 1 << bits_in):
        low, high = limits(bits_in, signed=signed, narrow=False)
        value = layers.quant(
            step, value, scale=scale, zero=0, low=low, high=high, bits=bits_in, part="whole"
        )
    scale_out = step.scalar(4) if second else scale * 2.0 ** (bits_in - bits_out)
    dropped = round(_log2(step, scale_out / scale))
    if mode == "FLOOR" and dropped:
        by = _filled(step, act, scale * (0.5 - 2.0 ** (dropped - 1)))
        value = layers.shift(step, value, by, "half")
    narrow = second and bool(step.attr_int("narrow", 0))
    low, high = limits(bits_out, signed=signed, narrow=narrow)
    wide = scale * 2.0**dropped
    value = layers.quant(step, value, scale=wide, zero=0, low=low, high=high, bits=bits_out)
    target = scale_out if second else scale
    if target != wide:  # version 1 gives the truncated number the scale that it had before
        value = _scaled(step, act, value, target / wide)
    return replace(act, value=value)


def multi_threshold(step: Step) -> Act:
    """Take MultiThreshold: out_scale * (thresholds t with x >= t) + out_bias.

    Each threshold is a sign; their sum is exact. A quantiser behind it says what values it has.
    """
    import numpy as np

    act = step.act()
    if step.attr_text("data_layout", "NCHW") not in {"", "NC", "NCHW"}:
        raise step.refuse("its channels are not the second axis")
    table = step.floats(1)
    channels = step.shape_of(act)[2]
    if table.ndim != 2 or table.shape[0] not in {1, channels} or not table.shape[1]:
        raise step.refuse(f"its thresholds have the shape {table.shape} for {channels} channels")
    if len(act.atoms) < 2 or act.atoms[1] != ("c" if channels > 1 else ""):
        raise step.refuse(f"its channels are not the second axis of {act.dims}")
    count = table.shape[1]
    if count > MAX_THRESHOLDS:
        raise step.refuse(
            f"it has {count} thresholds, more than {MAX_THRESHOLDS}",
            "export the QONNX network before FINN turns quantisers into thresholds",
        )
    scale, bias = step.attr_float("out_scale", 1.0), step.attr_float("out_bias", 0.0)
    step.net.spend(2 * count * channels)
    total = ""
    for index in range(count):
        falls = np.broadcast_to(-table[:, index], (channels,)).astype(np.float32)
        moved = layers.shift(step, act.value, falls, f"from{index}")
        last = count == 1 and bias == -scale / 2
        part = layers.sign(step, moved, scale / 2, "" if last else f"sign{index}")
        total = _plus(step, total, part, index) if total else part
    middle = bias + scale * count / 2
    if count == 1 and middle == 0:
        return replace(act, value=total)
    if middle:
        total = layers.shift(step, total, _filled(step, act, middle), "middle")
    steps = bias / scale
    if steps != int(steps):
        return replace(act, value=total)
    low = int(steps)
    made = layers.quant(
        step,
        total,
        scale=scale,
        zero=0,
        low=min(low, 0),
        high=max(low + count, 0),
        bits=_holding(low, low + count),
    )
    return replace(act, value=made)


def _holding(low: int, high: int) -> int:
    if low >= 0:
        return max(high.bit_length(), 1)
    return max((-low - 1).bit_length(), high.bit_length()) + 1


def _plus(step: Step, one: str, other: str, index: int) -> str:
    name, output = step.new(f"sum{index}")
    return step.add(Add(name=name, inputs=(one, other), output=output))


def _filled(step: Step, act: Act, number: float) -> NDArray[np.float32]:
    import numpy as np

    return layers.per_channel(step, act, np.array(number, np.float32))


def _scaled(step: Step, act: Act, value: str, by: float) -> str:
    name, output = step.new("scale")
    scale = _filled(step, act, by)
    return step.add(Affine(name=name, inputs=(value,), output=output, scale=scale, bias=scale * 0))


def _bits(step: Step, index: int, *, most: int = 24) -> int:
    width = step.scalar(index)
    if width != int(width) or not 1 <= width <= most:
        raise step.refuse(f"its bit width is {width:g}; whole numbers from 1 to {most} are known")
    return int(width)


def _log2(step: Step, ratio: float) -> float:
    if not 1 <= ratio <= 2**24:
        raise step.refuse(f"its output scale is {ratio:g} times that of its input")
    return math.log2(ratio)


def _bipolar(step: Step, zero_index: int | None = None) -> Value:
    import numpy as np

    if zero_index is not None and step.scalar(zero_index):
        raise step.refuse("it has one bit and a zero point")
    found = step.value(0)
    if isinstance(found, Act):
        act, scale = step.act(), step.floats(1)
        if scale.size == 1:
            return replace(act, value=layers.sign(step, act.value, step.scalar(1)))
        plain = layers.sign(step, act.value, 1.0, "sign")
        by = layers.per_channel(step, act, scale)
        return replace(act, value=layers.affine(step, replace(act, value=plain), by, by * 0))
    values = step.floats(0)
    step.net.spend(3 * values.size)
    codes = np.where(values >= 0, 1, -1).astype(np.int32)
    scale = np.broadcast_to(step.floats(1), codes.shape)
    return Const(
        values=codes.astype(np.float32) * scale,
        codes=Codes(codes=codes, step=scale, bits=1, bipolar=True),
    )


def _folded(step: Step, const: Const, *, bits: int, low: int, high: int, mode: str) -> Const:
    import numpy as np

    values = step.floats(0)
    step.net.spend(4 * values.size)
    scale = np.broadcast_to(step.floats(1), values.shape)
    if not (scale > 0).all():
        raise step.refuse("its scale is not positive")
    zero = step.floats(2)
    if (zero != np.rint(zero)).any():
        raise step.refuse("its zero point is no whole number")
    codes = _rounded(step, np.clip(values / scale + zero, low, high), mode) - zero
    held = None
    if bits <= 8 and np.abs(codes).max(initial=0) < 1 << 15:
        held = Codes(
            codes=codes.astype(np.int32),
            step=scale,
            bits=bits,
            ternary=(bits, low, high) == (2, -1, 1) and not zero.any(),
        )
    del const
    return Const(values=(codes * scale).astype(np.float32), codes=held)


def _rounded(step: Step, array: NDArray[Any], mode: str) -> NDArray[Any]:
    import numpy as np

    size, sign = np.abs(array), np.sign(array)
    ways = {
        "ROUND": np.rint(array),
        "HALF_EVEN": np.rint(array),
        "CEIL": np.ceil(array),
        "FLOOR": np.floor(array),
        "UP": sign * np.ceil(size),
        "DOWN": np.trunc(array),
        "ROUND_TO_ZERO": np.trunc(array),
        "HALF_UP": sign * np.floor(size + 0.5),
        "HALF_DOWN": sign * np.ceil(size - 0.5),
    }
    if mode not in ways:
        raise step.refuse(f"its rounding_mode is {mode!r}; known are {', '.join(ways)}")
    made: NDArray[Any] = ways[mode]
    return made


def _whole(step: Step, act: Act, scale: float, limit: int) -> bool:
    """Say whether a map holds whole numbers of `scale` below `limit`, as its makers show.

    Exporters write the sum of a quantiser's values as the mean of a window times its size.
    """
    factor, area, node = 1.0, 1, step.net.makers.get(act.value)
    while isinstance(node, Affine | AvgPool):
        if isinstance(node, Affine):
            if node.bias.any() or (node.scale != node.scale[0]).any():
                return False
            factor *= float(node.scale[0])
        else:
            if (any(node.window.pads) or node.window.ceil) and not node.count_outside:
                return False
            area *= node.window.kernel[0] * node.window.kernel[1]
        node = step.net.makers.get(node.inputs[0])
    if not isinstance(node, Quant):
        return False
    ratio = factor / area * node.scale / scale
    most = max(abs(node.low), node.high) * ratio * area
    return ratio >= 0.5 and abs(ratio - round(ratio)) < 1e-4 and round(most) < limit
