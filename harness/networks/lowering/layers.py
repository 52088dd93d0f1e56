"""The numbers of one layer of a plan: products, borders and the finish, out of what a model says.

Real numbers are kept in double until they are written as float32; which layers there are is not
decided here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.lowering import forms
from harness.networks.lowering.forms import Form
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Conv,
    Dense,
    MaxPool,
    Quant,
    Sign,
    Window,
)
from harness.networks.models.shapes import overhangs, overlaps
from harness.networks.plans.graph import Border, TensorType
from harness.networks.plans.layer_rules import MAX_K

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.shapes import Shape

    Reals = NDArray[np.float64]

# what puts every float of size beyond +-1, without overflow below 2^28
_STEEP = 2.0**100


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Where a value is and how to read it: (stored - zero) * scale, from channel `first` on."""

    tensor: int
    first: int = 0
    scale: float = 1.0
    zero: int = 0


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What comes before the finish: fields of the layer, and z * gain + offset = the real value."""

    fields: dict[str, Any]
    gain: Reals
    offset: Reals


def meaning_of(
    code: Quant | Sign | None, form: Form, tensor: int, *, first: int = 0, unit: float = 1.0
) -> Meaning:
    """Return what a tensor of this form holds of a value with this code."""
    scale, zero = unit, 0
    if isinstance(code, Quant) and form.type in (TensorType.I8, TensorType.PLANES):
        scale, zero = code.scale, code.zero - _lift(code, form)
    elif isinstance(code, Sign) and form.type in (TensorType.I8, TensorType.BITS):
        scale = code.scale
    return Meaning(tensor=tensor, first=first, scale=scale, zero=zero)


def room(code: Quant | Sign | None, form: Form) -> tuple[float, float]:
    """Return the least and the largest number that may be stored."""
    if isinstance(code, Quant) and form.type in (TensorType.I8, TensorType.PLANES):
        lift = _lift(code, form)
        return float(code.low - lift), float(code.high - lift)
    return (-1.0, 1.0) if form.type is TensorType.I8 else (-math.inf, math.inf)


def _lift(code: Quant, form: Form) -> int:
    """What codes are lowered by, so that the type holds them."""
    if form.type is TensorType.PLANES:
        return min(code.low, 0)
    if code.low >= -128 and code.high <= 127:
        return 0
    if code.low >= 0 and code.high <= 255:
        return 128
    raise NetworkError(
        f"integers from {code.low} to {code.high} do not fit a byte",
        where=code.name,
        do="quantise activations to 8 bits or fewer",
    )


def copied(source: Meaning, channels: int) -> Sum:
    """Return the sum of an AFFINE: the source itself."""
    import numpy as np

    gain = np.full(channels, source.scale)
    return Sum(fields={}, gain=gain, offset=-gain * source.zero)


def pooled(node: MaxPool | AvgPool, source: Meaning, given: Shape, made: Shape) -> Sum:
    """Return the sum of a pool (nothing is scaled in a MAXPOOL)."""
    fields = _moving(node.window)
    if isinstance(node, AvgPool) and node.count_outside and overlaps(node.window, given, made):
        if source.zero != 0 or overhangs(node.window, given, made):
            raise NetworkError(
                "an average that counts padded pixels, over quantised ones or beyond the padding",
                where=node.name,
                do="average what is inside only (count_include_pad = 0), or pool without padding",
            )
        fields["whole"] = True
    plain = copied(source, given[2])
    return Sum(fields=fields, gain=plain.gain, offset=plain.offset)


def product(node: Conv | Dense, source: Meaning, form: Form, given: Shape, made: Shape) -> Sum:
    """Return the sum of a CONV; a dense layer's window is the whole map."""
    import numpy as np

    if isinstance(node, Conv) and node.groups != 1:
        raise NetworkError(
            f"a convolution in {node.groups} groups",
            where=node.name,
            do="a plan has whole convolutions only: use another runtime, or train without groups",
        )
    weights = node.weights
    name, encoding = forms.scheme(weights, form, node.name)
    values: NDArray[Any] = weights.values
    if values[0].size > MAX_K:
        raise NetworkError(
            f"sums of {values[0].size} products", where=node.name, do=f"a plan adds {MAX_K} at most"
        )
    gain = weights.scale.astype(np.float64) * source.scale
    if form.type in (TensorType.F32, TensorType.F16) and weights.bits < 16:
        values = values * weights.scale.reshape(-1, 1, 1, 1)
        gain = np.ones(values.shape[0])
    sums = values.reshape(values.shape[0], -1).sum(axis=1, dtype=np.float64)
    offset = node.bias.astype(np.float64) - gain * source.zero * sums
    fields: dict[str, Any] = {"scheme": name, "encoding": encoding, "filters": values.shape[0]}
    fields["weights"] = packed(values, name)
    if isinstance(node, Dense):
        fields |= {"kernel_h": given[0], "kernel_w": given[1]}
    else:
        fields |= _moving(node.window) | _border(node, source, form, given, made)
    return Sum(fields=fields, gain=gain, offset=offset)


def packed(values: NDArray[Any], name: str) -> bytes:
    """Return the weights as a plan has them: words of bits, floats, or bytes."""
    import numpy as np

    if name in ("fp32", "fp16"):
        return values.astype("<f4" if name == "fp32" else "<f2").tobytes()
    if name != "w1a1":
        return values.astype(np.int8).tobytes()
    tail = -values.shape[3] % 64
    bits = np.pad(values < 0, ((0, 0), (0, 0), (0, 0), (0, tail)))
    return np.packbits(bits, axis=-1, bitorder="little").tobytes()


def _moving(window: Window) -> dict[str, Any]:
    (kh, kw), (sh, sw), (top, left) = window.kernel, window.stride, window.pads[:2]
    return {
        "kernel_h": kh,
        "kernel_w": kw,
        "stride_h": sh,
        "stride_w": sw,
        "pad_top": top,
        "pad_left": left,
    }


def _border(node: Conv, source: Meaning, form: Form, given: Shape, made: Shape) -> dict[str, Any]:
    if not overlaps(node.window, given, made):
        return {"border": Border.NOTHING}
    border = Border.ZERO if node.border is Border.NOTHING else node.border
    if border is Border.REPLICATE:
        return {"border": border}
    if form.type is TensorType.BITS:
        if border is not Border.ZERO and source.scale != 1:
            raise _no_border(node, f"signs of +-{source.scale:g}")
        return {"border": border}
    real = {Border.ZERO: 0.0, Border.PLUS_ONE: 1.0, Border.MINUS_ONE: -1.0}[border]
    if form.type is not TensorType.I8:
        if real:
            raise _no_border(node, "real numbers")
        return {"border": Border.ZERO}
    code = real / source.scale + source.zero
    if code != round(code) or not -128 <= code <= 127:
        raise _no_border(node, f"steps of {source.scale:g}")
    if code == 0:
        return {"border": Border.ZERO}
    return {"border": Border.VALUE, "border_value": round(code)}


def _no_border(node: Conv, around: str) -> NetworkError:
    return NetworkError(
        f"a border of {node.border.name} around {around}",
        where=node.name,
        do="use a border of zeros, or signs of scale 1",
    )


def finish(
    given: Sum,
    tail: Iterable[Affine | Add | Clip],
    shortcut: Meaning | None,
    target: Meaning,
    limits: tuple[float, float],
) -> dict[str, Any]:
    """Return scale, bias, shortcut and limits that turn the sum into what `target` holds."""
    import numpy as np

    gain, offset = given.gain, given.offset
    low, high = -math.inf, math.inf
    for node in tail:
        if isinstance(node, Affine):
            gain, offset = gain * node.scale, offset * node.scale + node.bias
        elif isinstance(node, Clip):
            low, high = (min(max(x, node.low), node.high) for x in (low, high))
    fields: dict[str, Any] = {}
    if shortcut is not None:
        fields["shortcut"] = shortcut.tensor
        offset = offset - shortcut.zero * shortcut.scale
        # a float addend already counts in the target's unit: its scale is 1 then
        fields["shortcut_scale"] = float(np.float32(shortcut.scale / target.scale))
    gain, offset = gain / target.scale, offset / target.scale + target.zero
    if target.scale != 1:
        # what is left of a zero point that cancels out
        offset = np.where(np.abs(offset) < 1e-9, 0.0, offset)
    low, high = (x / target.scale + target.zero for x in (low, high))
    low, high = (min(max(x, limits[0]), limits[1]) for x in (low, high))
    fields["low"], fields["high"] = float(np.float32(low)), float(np.float32(high))
    fields["scale"], fields["bias"] = _blob(gain, 1.0), _blob(offset, 0.0)
    return fields


def _blob(values: Reals, nothing: float) -> bytes:
    import numpy as np

    written = values.astype("<f4")
    return b"" if bool(np.all(written == nothing)) else written.tobytes()


def steep(source: Meaning, channels: int, *, real: bool) -> Sum:
    """Return what is <= -1 for negative numbers and >= 1 for others (and those above -2^-99)."""
    import numpy as np

    slope = _STEEP if real else 2.0
    return Sum(
        fields={},
        gain=np.full(channels, slope),
        offset=np.full(channels, 1.0 - slope * source.zero),
    )
