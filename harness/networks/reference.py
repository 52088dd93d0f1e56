"""Executes a plan network in numpy: the oracle of kernels/nets, written apart from it.

Exact by construction: sums of products stay below 2^24 in float32 or 2^53 in float64, so their
order does not matter; everything after them is int64. Plain, not fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.graph import Layer, Op, PlanNetwork, TensorType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.int64]


def run_reference(network: PlanNetwork, data: bytes) -> bytes:
    """Return the output bytes (int32, little-endian) for the input bytes [h, w, c] of int8."""
    output = trace(network, data)[network.output]
    return output.astype("<i4").tobytes()


def trace(network: PlanNetwork, data: bytes) -> dict[int, Map]:
    """Return every tensor by its number as int64 [h, w, c]; tensors of bits as -1 and +1."""
    import numpy as np

    first = network.tensors[network.input]
    if len(data) != first.bytes:
        raise NetworkError(f"the input has {len(data)} bytes, the network wants {first.bytes}")
    shape = (first.h, first.w, first.c)
    values = {network.input: np.frombuffer(data, np.int8).reshape(shape).astype(np.int64)}
    for layer in network.layers:
        out = _STEPS[layer.op](network, layer, values)
        values[layer.out] = out
        if layer.bits is not None:
            values[layer.bits] = np.where(out < 0, -1, 1)
    return values


def unpack_weights(network: PlanNetwork, layer: Layer) -> Map:
    """Return the weights as [out, kernel, kernel, in], binary ones as -1 and +1."""
    import numpy as np

    source, out = network.tensors[layer.source], network.tensors[layer.out]
    if source.type is not TensorType.BITS:
        flat = np.frombuffer(layer.weights, np.int8).astype(np.int64)
        return flat.reshape(out.c, layer.kernel, layer.kernel, -1)
    rows = np.frombuffer(layer.weights, np.uint8)
    rows = rows.reshape(out.c, layer.kernel, layer.kernel, source.row_words * 8)
    bits = np.unpackbits(rows, axis=-1, bitorder="little")[..., : source.c]
    return 1 - 2 * bits.astype(np.int64)


def _windows(x: Map, layer: Layer, fill: int) -> Map:
    """Return [oh, ow, kernel, kernel, c] of the padded map (a view)."""
    import numpy as np

    pad = ((layer.pad, layer.pad), (layer.pad, layer.pad), (0, 0))
    padded = np.pad(x, pad, constant_values=fill)
    size = (layer.kernel, layer.kernel)
    view = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(0, 1))
    return view[:: layer.stride, :: layer.stride].transpose(0, 1, 3, 4, 2)


def _dots(x: Map, weights: Map, layer: Layer, fill: int, *, binary: bool) -> Map:
    import numpy as np

    kind = "float32" if binary else "float64"
    view = _windows(x, layer, fill)
    rows = view.reshape(view.shape[0] * view.shape[1], -1).astype(kind)
    dots = rows @ weights.reshape(weights.shape[0], -1).astype(kind).T
    sums: Map = dots.astype(np.int64).reshape(view.shape[0], view.shape[1], -1)
    return sums


def _scale(acc: Map, layer: Layer) -> Map:
    import numpy as np

    multiplier = np.frombuffer(layer.multiplier, "<i4").astype(np.int64)
    bias = np.frombuffer(layer.bias, "<i4").astype(np.int64)
    return ((acc * multiplier + (1 << (layer.shift - 1))) >> layer.shift) + bias


def _clamp16(x: Map) -> Map:
    import numpy as np

    return np.clip(x, -32768, 32767)


def _conv8(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> Map:
    weights = unpack_weights(network, layer)
    dots = _dots(values[layer.source], weights, layer, 0, binary=False)
    return _clamp16(_scale(dots, layer))


def _bconv(network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> Map:
    weights = unpack_weights(network, layer)
    sums = _scale(_dots(values[layer.source], weights, layer, 1, binary=True), layer)
    return _clamp16(sums if layer.shortcut is None else sums + values[layer.shortcut])


def _maxpool(_network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> Map:
    top: Map = _windows(values[layer.source], layer, -32768).max(axis=(2, 3))
    return top


def _avgpool8(_network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> Map:
    import numpy as np

    sums = _windows(values[layer.source], layer, 0).sum(axis=(2, 3))
    half = 1 << (layer.shift - 1)
    means: Map = np.clip((sums * layer.factor + half) >> layer.shift, -128, 127)
    return means


def _dense8(_network: PlanNetwork, layer: Layer, values: dict[int, Map]) -> Map:
    import numpy as np

    x = values[layer.source].reshape(-1).astype(np.float64)
    rows = np.frombuffer(layer.weights, np.int8).reshape(-1, x.size).astype(np.float64)
    bias = np.frombuffer(layer.bias, "<i4").astype(np.int64)
    sums = (rows @ x).astype(np.int64) + bias
    logits: Map = np.clip(sums, -(1 << 31), (1 << 31) - 1).reshape(1, 1, -1)
    return logits


_STEPS = {
    Op.CONV8: _conv8,
    Op.BCONV: _bconv,
    Op.MAXPOOL: _maxpool,
    Op.AVGPOOL8: _avgpool8,
    Op.DENSE8: _dense8,
}
