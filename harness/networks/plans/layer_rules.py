"""What one layer of a plan may look like: types, windows, borders, sizes of its blobs."""

from __future__ import annotations

import math
import struct

from harness.errors import NetworkError
from harness.networks.plans.graph import Border, Encoding, Layer, Op, Tensor, TensorType

MAX_SIDE = 4096
MAX_CHANNELS = 16384
MAX_WINDOW = 255
# 32768 x 128 x 128, and 32768 x 255 x 255, stay below 2^31: a sum of products fits an int32
MAX_K = 32768

_PLANES = {"w1a2": 2, "w2a2": 2, "w3a3": 3, "w4a4": 4}
# scheme of a CONV -> type of its source
SCHEMES = {
    "w1a1": TensorType.BITS,
    "terna1": TensorType.BITS,
    **dict.fromkeys(_PLANES, TensorType.PLANES),
    **dict.fromkeys(("w1a8", "w2a8", "w4a8", "w8a8", "terna8"), TensorType.I8),
    "fp32": TensorType.F32,
    "fp16": TensorType.F16,
}
_BORDERS = {
    TensorType.BITS: (Border.PLUS_ONE, Border.MINUS_ONE, Border.ZERO, Border.REPLICATE),
    TensorType.PLANES: (Border.ZERO, Border.REPLICATE),
    TensorType.I8: (Border.ZERO, Border.REPLICATE, Border.VALUE),
    TensorType.F32: (Border.ZERO, Border.REPLICATE),
    TensorType.F16: (Border.ZERO, Border.REPLICATE),
}
_SOURCES = {
    Op.CONV: tuple(TensorType),
    Op.MAXPOOL: (TensorType.I8, TensorType.F32, TensorType.F16, TensorType.BITS),
    Op.AVGPOOL: (TensorType.I8, TensorType.F32),
    Op.AFFINE: (TensorType.I8, TensorType.F32, TensorType.F16),
}
_MADE = (TensorType.I8, TensorType.F32, TensorType.F16, TensorType.PLANES)


def check_layer(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    """Raise NetworkError where the layer, by itself, cannot be carried out."""
    source = tensors[layer.source]
    demand(source.type in _SOURCES[layer.op], "wrong type of source", where)
    _window(tensors, layer, where)
    _outputs(tensors, layer, where)
    _finish(tensors, layer, where)
    if layer.op is Op.CONV:
        _products(source, layer, where)
    else:
        plain = (layer.scheme, layer.filters, layer.weights) == ("", 0, b"")
        demand(plain, "only a CONV has weights", where)
        demand(layer.encoding is Encoding.SIGNED, "only a CONV has an encoding", where)
    demand(not layer.whole or layer.op is Op.AVGPOOL, "only an AVGPOOL counts", where)


def row_bytes(scheme: str, source: Tensor, taps: int) -> int:
    """Return the bytes of one filter's weights in the plan."""
    if scheme == "w1a1":
        return taps * source.row_words * 8
    return taps * source.c * {"fp32": 4, "fp16": 2}.get(scheme, 1)


def demand(held: bool, what: str, where: str = "") -> None:  # noqa: FBT001 - the condition itself
    """Raise NetworkError unless `held`."""
    if not held:
        raise NetworkError(f"the plan is not sound: {what}", where=where)


def _made(tensors: tuple[Tensor, ...], layer: Layer) -> Tensor:
    index = layer.bits if layer.out is None else layer.out
    return tensors[layer.source if index is None else index]


def _sides(tensors: tuple[Tensor, ...], layer: Layer) -> tuple[tuple[int, ...], ...]:
    """Given, made, kernel, stride, pad: downwards, then across."""
    source, made = tensors[layer.source], _made(tensors, layer)
    return (
        (source.h, made.h, layer.kernel_h, layer.stride_h, layer.pad_top),
        (source.w, made.w, layer.kernel_w, layer.stride_w, layer.pad_left),
    )


def _window(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    sides = _sides(tensors, layer)
    outside = False
    for given, made, kernel, stride, pad in sides:
        demand(1 <= kernel <= MAX_WINDOW and 1 <= stride <= MAX_WINDOW, "window", where)
        demand(0 <= pad < kernel, "the border is wider than the window", where)
        last = (made - 1) * stride - pad
        demand(last < given, "a window lies outside of the map", where)
        outside = outside or pad > 0 or last + kernel > given
    if layer.op is Op.AFFINE:
        same = all(
            (given, kernel, stride) == (made, 1, 1) for given, made, kernel, stride, _ in sides
        )
        demand(same, "an AFFINE keeps its map", where)
    borders = _BORDERS[tensors[layer.source].type]
    known = layer.border in borders if outside else layer.border in (Border.NOTHING, *borders)
    pool = layer.op is not Op.CONV
    demand(layer.border is Border.NOTHING if pool else known, "bad border", where)
    valued = layer.border is Border.VALUE
    demand(
        -128 <= layer.border_value <= 127 if valued else layer.border_value == 0,
        "bad border value",
        where,
    )
    if tensors[layer.source].type is TensorType.BITS and layer.border is Border.ZERO:
        square = sides[0][2:] == sides[1][2:] and all(
            (given + 2 * pad - kernel) // stride + 1 == made
            for given, made, kernel, stride, pad in sides
        )
        demand(layer.scheme == "w1a1" and square, "zeros have no bit here", where)


def _outputs(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    source = tensors[layer.source]
    made = _made(tensors, layer)
    if layer.out is not None:
        out = tensors[layer.out]
        types = (source.type,) if layer.op is Op.MAXPOOL else _MADE
        demand(out.type in types, "wrong type of output", where)
        demand(out.type is not TensorType.PLANES or layer.out_first == 0, "planes are whole", where)
        demand(
            out.type is not TensorType.PLANES or out.c == _count(source, layer),
            "planes are whole",
            where,
        )
        demand(
            out.type is not TensorType.BITS or layer.out_first % 64 == 0, "bits begin a word", where
        )
    if layer.bits is not None:
        bits = tensors[layer.bits]
        demand(bits.type is TensorType.BITS, "bits of another type", where)
        demand((bits.h, bits.w) == (made.h, made.w), "the bits' map differs", where)
        demand(layer.out_first % 64 == 0, "bits begin a word", where)
        pooled = layer.op is not Op.MAXPOOL or source.type is TensorType.F32
        demand(pooled, "signs of a pool of floats only", where)


def _count(source: Tensor, layer: Layer) -> int:
    return layer.filters if layer.op is Op.CONV else source.c


def _finish(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    count, made = _count(tensors[layer.source], layer), _made(tensors, layer)
    for blob in (layer.scale, layer.bias):
        demand(len(blob) in (0, 4 * count), "numbers per channel", where)
        demand(all(map(math.isfinite, _floats(blob))), "a number is not finite", where)
    for value in (layer.low, layer.high, layer.shortcut_scale):
        demand(value == _single(value), "a limit is not a float32", where)
    demand(layer.low <= layer.high, "limits", where)
    kind = TensorType.F32 if layer.out is None else tensors[layer.out].type
    room = {TensorType.I8: (-128, 127), TensorType.PLANES: (0, (1 << made.planes) - 1)}.get(kind)
    if layer.op is Op.MAXPOOL:
        plain = (layer.scale, layer.bias, layer.shortcut) == (b"", b"", None)
        demand(
            plain and (layer.low, layer.high) == (-math.inf, math.inf),
            "a pool has no finish",
            where,
        )
    elif room is not None:
        demand(room[0] <= layer.low and layer.high <= room[1], "limits do not fit the type", where)
    demand(math.isfinite(layer.shortcut_scale), "a number is not finite", where)
    if layer.shortcut is None:
        demand(layer.shortcut_scale == 1.0, "a scale without a shortcut", where)
        return
    other = tensors[layer.shortcut]
    demand(other.type in (TensorType.F32, TensorType.I8), "bad shortcut", where)
    demand(
        (other.h, other.w, other.c) == (made.h, made.w, count),
        "the shortcut's shape differs",
        where,
    )
    demand(other.type is TensorType.I8 or layer.shortcut_scale == 1.0, "a scale of floats", where)


def _floats(blob: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(blob) // 4}f", blob[: len(blob) // 4 * 4])


def _single(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.nan


def _values(scheme: str, encoding: Encoding) -> bytes:
    """Return the bytes that a weight may be: packers index tables with them."""
    if scheme.startswith("tern"):
        found = [-1, 0, 1]
    elif scheme == "w8a8":
        found = list(range(-127, 128))
    else:
        top = 1 << int(scheme[1])
        signed = [-1, 1] if top == 2 else list(range(-top // 2, top // 2))
        found = {
            Encoding.SIGNED: signed,
            Encoding.BIPOLAR: list(range(1 - top, top, 2)),
            Encoding.UNIPOLAR: list(range(top)),
        }[encoding]
    return bytes(value & 255 for value in found)


def _products(source: Tensor, layer: Layer, where: str) -> None:
    demand(layer.scheme in SCHEMES, f"no scheme {layer.scheme!r}", where)
    demand(source.type is SCHEMES[layer.scheme], "the scheme reads another type", where)
    demand(source.planes == _PLANES.get(layer.scheme, 0), "the scheme reads other planes", where)
    demand(0 < layer.filters <= MAX_CHANNELS, "filters are out of range", where)
    taps = layer.kernel_h * layer.kernel_w
    demand(taps * source.c <= MAX_K, "too many products in a sum", where)
    wanted = layer.filters * row_bytes(layer.scheme, source, taps)
    demand(len(layer.weights) == wanted, "weights' size", where)
    if layer.scheme not in ("w1a1", "fp32", "fp16"):
        known = _values(layer.scheme, layer.encoding)
        demand(not layer.weights.translate(None, known), "a weight that the scheme lacks", where)
    coded = layer.scheme not in ("w1a1", "terna1", "terna8", "w8a8", "fp32", "fp16")
    demand(coded or layer.encoding is Encoding.SIGNED, "this scheme has no encodings", where)
