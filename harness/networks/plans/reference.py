"""Executes a plan network in numpy: the oracle of kernels/nets, written apart from it.

Exact by construction: sums of products stay below 2^24 in float32 or 2^53 in float64, so their
order does not matter; what follows is float32, one operation at a time. Only sums of fp32 and fp16
products are as numpy makes them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.plans.graph import Border, Layer, Op, PlanNetwork, Tensor, TensorType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[Any]

_CHECK_UNIT = 32.0
_EXACT = 1 << 24  # integers up to here are float32


def run_reference(network: PlanNetwork, data: bytes) -> bytes:
    """Return the output bytes (float32, little-endian) for the input bytes [h, w, c] of float32."""
    output = trace(network, data)[network.output]
    return output.astype("<f4").tobytes()


def check_input(stream: bytes) -> bytes:
    """Return the input of a known answer: the stream's signed bytes, divided by 32, as float32."""
    import numpy as np

    values = np.frombuffer(stream, np.int8).astype("<f4") / np.float32(_CHECK_UNIT)
    return values.astype("<f4").tobytes()


def trace(network: PlanNetwork, data: bytes) -> dict[int, Map]:
    """Return every tensor by its number as [h, w, c].

    Floats are float32 (halves too), bytes and codes int32, tensors of bits -1 and +1.
    """
    import numpy as np

    first = network.tensors[network.input]
    if len(data) != first.bytes:
        raise NetworkError(f"the input has {len(data)} bytes, the network wants {first.bytes}")
    shape = (first.h, first.w, first.c)
    values: dict[int, Map] = {network.input: np.frombuffer(data, "<f4").reshape(shape)}
    for layer in network.layers:
        _STEPS[layer.op](network, layer, values)
    return values


def unpack_weights(network: PlanNetwork, layer: Layer) -> Map:
    """Return the weights [filters, kernel_h, kernel_w, c]: integers, binary ones -1 and +1."""
    return _unpacked(network.tensors[layer.source], layer)


def _unpacked(source: Tensor, layer: Layer) -> Map:
    import numpy as np

    shape = (layer.filters, layer.kernel_h, layer.kernel_w, -1)
    if layer.scheme == "w1a1":
        rows = np.frombuffer(layer.weights, np.uint8).reshape(shape)
        bits = np.unpackbits(rows, axis=-1, bitorder="little")[..., : source.c]
        return 1 - 2 * bits.astype(np.int64)
    if layer.scheme in ("fp32", "fp16"):
        kind = "<f4" if layer.scheme == "fp32" else "<f2"
        return np.frombuffer(layer.weights, kind).reshape(shape).astype(np.float32)
    return np.frombuffer(layer.weights, np.int8).reshape(shape).astype(np.int64)


def _conv(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> None:
    kernel = _kernel(network.tensors[layer.source], layer)
    x = values[layer.source].astype(kernel.dtype)
    made = _made(network, layer)
    plain = (layer.kernel_h, layer.kernel_w, layer.stride_h, layer.stride_w) == (1, 1, 1, 1)
    view = x if plain else _windows(network, layer, x, _fill(layer))
    sums = view.reshape(made.h * made.w, -1) @ kernel
    # float64 -> float32 rounds once, as int32 -> float32 does
    z = sums.astype("float32", copy=False).reshape(made.h, made.w, layer.filters)
    _finish(network, layer, values, z)


@lru_cache(maxsize=64)
def _kernel(source: Tensor, layer: Layer) -> Map:
    """The weights as a matrix, of the quickest float type that holds every sum of integers.

    Kept, as whoever has one input for a network mostly has many.
    """
    import numpy as np

    rows = _unpacked(source, layer).reshape(layer.filters, -1)
    largest = 128 * int(np.abs(rows).sum(axis=1).max())
    wide = source.type is TensorType.I8 and largest > _EXACT
    return rows.astype("float64" if wide else "float32").T


def _fill(layer: Layer) -> int | None:
    """What stands outside, as `values` has it; None repeats the edge."""
    fills = {Border.PLUS_ONE: 1, Border.MINUS_ONE: -1, Border.VALUE: layer.border_value}
    return None if layer.border is Border.REPLICATE else fills.get(layer.border, 0)


def _windows(network: PlanNetwork, layer: Layer, x: Map, fill: float | None) -> Map:
    """Return [h, w, kernel_h, kernel_w, c] of the padded map (a view)."""
    import numpy as np

    made = _made(network, layer)
    high = (made.h - 1) * layer.stride_h + layer.kernel_h - layer.pad_top - x.shape[0]
    wide = (made.w - 1) * layer.stride_w + layer.kernel_w - layer.pad_left - x.shape[1]
    pad = ((layer.pad_top, max(0, high)), (layer.pad_left, max(0, wide)), (0, 0))
    if any(before or after for before, after in pad):
        x = _padded(x, pad, fill)
    size = (layer.kernel_h, layer.kernel_w)
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(0, 1))
    steps = view[:: layer.stride_h, :: layer.stride_w][: made.h, : made.w]
    return steps.transpose(0, 1, 3, 4, 2)


def _padded(x: Map, pad: tuple[tuple[int, int], ...], fill: float | None) -> Map:
    import numpy as np

    if fill is None:
        return np.pad(x, pad, mode="edge")
    return np.pad(x, pad, constant_values=fill)


def _maxpool(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> None:
    import numpy as np

    x = values[layer.source]
    least = -np.inf if x.dtype.kind == "f" else -(1 << 20)
    top = _windows(network, layer, x, least).max(axis=(2, 3))
    _keep(network, layer.out, layer.out_first, values, top)
    if layer.bits is not None:
        _keep(network, layer.bits, layer.out_first, values, np.where(top < 0, -1, 1))


def _avgpool(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> None:
    import numpy as np

    x = values[layer.source]
    view = _windows(network, layer, x, 0)
    inside = _windows(network, layer, np.ones((*x.shape[:2], 1), np.int64), 0).sum(axis=(2, 3))
    count = np.full_like(inside, layer.kernel_h * layer.kernel_w) if layer.whole else inside
    sums = np.zeros((*view.shape[:2], x.shape[2]), x.dtype)
    for row in range(layer.kernel_h):
        for column in range(layer.kernel_w):
            sums = sums + view[:, :, row, column]
    _finish(network, layer, values, sums.astype(np.float32) / count.astype(np.float32))


def _affine(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> None:
    _finish(network, layer, values, values[layer.source].astype("float32"))


def _finish(
    network: PlanNetwork, layer: Layer, values: dict[int, Map], z: NDArray[np.float32]
) -> None:
    import numpy as np

    # nobody else has z: all of this is done in place
    y = z
    if layer.scale:
        y *= np.frombuffer(layer.scale, "<f4")
    if layer.bias:
        y += np.frombuffer(layer.bias, "<f4")
    if layer.shortcut is not None:
        other = values[layer.shortcut].astype(np.float32)
        scaled = network.tensors[layer.shortcut].type is TensorType.I8
        y += other * np.float32(layer.shortcut_scale) if scaled else other
    kind = TensorType.F32 if layer.out is None else network.tensors[layer.out].type
    if kind in (TensorType.I8, TensorType.PLANES) and layer.bits is None:
        # what is rounded to an integer has one zero only: the quick way
        np.clip(y, np.float32(layer.low), np.float32(layer.high), out=y)
    else:
        for limit, beyond in ((layer.low, np.less), (layer.high, np.greater)):
            if np.isfinite(limit):
                np.copyto(y, np.float32(limit), where=beyond(y, np.float32(limit)))
    if layer.out is not None:
        made: Map = y
        if kind is TensorType.F16:
            made = y.astype(np.float16).astype(np.float32)
        elif kind is not TensorType.F32:
            made = np.rint(y, out=y if layer.bits is None else None).astype(np.int32)
        _keep(network, layer.out, layer.out_first, values, made)
    if layer.bits is not None:
        _keep(network, layer.bits, layer.out_first, values, np.where(y < 0, -1, 1))


def _keep(
    network: PlanNetwork, index: int | None, first: int, values: dict[int, Map], made: Map
) -> None:
    """Put channels into a tensor that several layers may share."""
    import numpy as np

    if index is None:
        return
    tensor = network.tensors[index]
    if made.shape[2] == tensor.c:
        values[index] = made
        return
    if index not in values:
        values[index] = np.zeros((tensor.h, tensor.w, tensor.c), made.dtype)
    values[index][..., first : first + made.shape[2]] = made


def _made(network: PlanNetwork, layer: Layer) -> Tensor:
    index = layer.bits if layer.out is None else layer.out
    return network.tensors[layer.source if index is None else index]


_STEPS = {Op.CONV: _conv, Op.MAXPOOL: _maxpool, Op.AVGPOOL: _avgpool, Op.AFFINE: _affine}
