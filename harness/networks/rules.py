"""The rules every network plan keeps, so that executing it can neither read nor write elsewhere.

kernels/nets checks the same rules again on the board; here they give an error before the push.
"""

from __future__ import annotations

from harness.errors import NetworkError
from harness.networks.graph import Layer, Op, PlanNetwork, Tensor, TensorType

MAX_FILE_BYTES = 1 << 28
MAX_TENSORS = 1024
MAX_LAYERS = 512
MAX_SLOTS = 64
MAX_CHECKS = 16
MAX_SIDE = 4096
MAX_CHANNELS = 16384
MAX_TENSOR_BYTES = 1 << 26
MAX_KERNEL = 255
MAX_SHIFT = 40
# 32768 x 128 x 128 stays below 2^31: a sum of products of bytes fits an int32
MAX_K = 32768

_SOURCE = {
    Op.CONV8: TensorType.I8,
    Op.BCONV: TensorType.BITS,
    Op.MAXPOOL: TensorType.I16,
    Op.AVGPOOL8: TensorType.I16,
    Op.DENSE8: TensorType.I8,
}
_OUT = {
    Op.CONV8: TensorType.I16,
    Op.BCONV: TensorType.I16,
    Op.MAXPOOL: TensorType.I16,
    Op.AVGPOOL8: TensorType.I8,
    Op.DENSE8: TensorType.I32,
}


def check_network(network: PlanNetwork) -> None:
    """Raise NetworkError, naming the layer, where `network` breaks a rule of the format."""
    _tables(network)
    for number, tensor in enumerate(network.tensors):
        _tensor(number, tensor)
    outside = [i for i, t in enumerate(network.tensors) if t.slot is None]
    _demand(
        sorted({network.input, network.output}) == outside and network.input != network.output,
        "only the input and the output may lie outside of the arena",
    )
    _demand(network.tensors[network.input].type is TensorType.I8, "the input is not of bytes")
    held: dict[int | None, int] = {}  # slot -> the tensor that it holds now
    written = {network.input}
    for number, layer in enumerate(network.layers):
        _layer(network, number, layer, held, written)
    _demand(network.output in written, "no layer writes the output")
    _demand(network.tensors[network.output].type is TensorType.I32, "the output is not of int32")


def _tables(network: PlanNetwork) -> None:
    name = network.name.encode("ascii", errors="replace")
    _demand(
        network.name.isascii() and 0 < len(name) <= 32 and network.name.isprintable(), "bad name"
    )
    _demand(0 < len(network.tensors) <= MAX_TENSORS, "too many tensors, or none")
    _demand(0 < len(network.layers) <= MAX_LAYERS, "too many layers, or none")
    _demand(len(network.checks) <= MAX_CHECKS, "too many check vectors")
    count = len(network.tensors)
    _demand(network.input < count and network.output < count, "no such input or output")


def _tensor(number: int, tensor: Tensor) -> None:
    where = f"tensor {number}"
    _demand(0 < tensor.h <= MAX_SIDE and 0 < tensor.w <= MAX_SIDE, "a side is out of range", where)
    _demand(0 < tensor.c <= MAX_CHANNELS, "channels are out of range", where)
    _demand(tensor.bytes <= MAX_TENSOR_BYTES, "it is too large", where)
    _demand(tensor.slot is None or 0 <= tensor.slot < MAX_SLOTS, "no such slot", where)


def _layer(
    network: PlanNetwork,
    number: int,
    layer: Layer,
    held: dict[int | None, int],
    written: set[int],
) -> None:
    where = f"layer {number} ({layer.op.name})"
    tensors = network.tensors
    reads = [i for i in (layer.source, layer.shortcut) if i is not None]
    writes = [i for i in (layer.out, layer.bits) if i is not None]
    _demand(all(0 <= i < len(tensors) for i in reads + writes), "no such tensor", where)
    for index in reads:
        slot = tensors[index].slot
        _demand(index in written, f"tensor {index} is not written yet", where)
        _demand(slot is None or held[slot] == index, f"tensor {index} is overwritten", where)
    taken = [tensors[i].slot for i in reads]
    for index in writes:
        _demand(index not in written, f"tensor {index} is written twice", where)
        _demand(tensors[index].slot not in taken, "it writes what it reads", where)
        taken.append(tensors[index].slot)
    _shapes(tensors, layer, where)
    _numbers(tensors, layer, where)
    for index in writes:
        held[tensors[index].slot] = index
        written.add(index)


def _shapes(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    source, out = tensors[layer.source], tensors[layer.out]
    _demand(source.type is _SOURCE[layer.op], "wrong type of source", where)
    _demand(out.type is _OUT[layer.op], "wrong type of output", where)
    _demand(1 <= layer.kernel <= MAX_KERNEL and 1 <= layer.stride <= MAX_KERNEL, "window", where)
    _demand(0 <= layer.pad < layer.kernel, "the border is wider than the window", where)
    if layer.op is Op.DENSE8:
        _demand((out.h, out.w, layer.kernel, layer.stride) == (1, 1, 1, 1), "not a vector", where)
    else:
        for given, made in ((source.h, out.h), (source.w, out.w)):
            room = given + 2 * layer.pad - layer.kernel
            _demand(room >= 0 and room // layer.stride + 1 == made, "shapes disagree", where)
    pools = layer.op in (Op.MAXPOOL, Op.AVGPOOL8)
    _demand(not pools or source.c == out.c, "a pool keeps its channels", where)
    _demand(layer.pad == 0 or layer.op not in (Op.AVGPOOL8, Op.DENSE8), "no border here", where)
    same = (out.h, out.w, out.c)
    if layer.shortcut is not None:
        other = tensors[layer.shortcut]
        _demand(layer.op is Op.BCONV and other.type is TensorType.I16, "bad shortcut", where)
        _demand((other.h, other.w, other.c) == same, "the shortcut's shape differs", where)
    if layer.bits is not None:
        signs = tensors[layer.bits]
        _demand(out.type is TensorType.I16 and signs.type is TensorType.BITS, "bad bits", where)
        _demand((signs.h, signs.w, signs.c) == same, "the bits' shape differs", where)


def _numbers(tensors: tuple[Tensor, ...], layer: Layer, where: str) -> None:
    source, out = tensors[layer.source], tensors[layer.out]
    taps = layer.kernel * layer.kernel
    depth = source.h * source.w * source.c if layer.op is Op.DENSE8 else taps * source.c
    size = {Op.CONV8: depth, Op.DENSE8: depth, Op.BCONV: taps * source.row_words * 8}
    _demand(len(layer.weights) == out.c * size.get(layer.op, 0), "weights' size", where)
    _demand(layer.op not in size or depth <= MAX_K, "too many products in a sum", where)
    scaled = layer.op in (Op.CONV8, Op.BCONV)
    _demand(len(layer.multiplier) == (4 * out.c if scaled else 0), "multipliers' size", where)
    _demand(len(layer.bias) == (4 * out.c if layer.op in size else 0), "biases' size", where)
    shifts = scaled or layer.op is Op.AVGPOOL8
    _demand((1 <= layer.shift <= MAX_SHIFT) if shifts else layer.shift == 0, "bad shift", where)
    averages = layer.op is Op.AVGPOOL8
    _demand((0 < layer.factor < 1 << 24) if averages else layer.factor == 0, "bad factor", where)


def _demand(held: bool, what: str, where: str = "") -> None:  # noqa: FBT001 - the condition itself
    if not held:
        raise NetworkError(f"the plan is not sound: {what}", where=where)
