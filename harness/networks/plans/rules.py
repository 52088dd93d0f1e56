"""The rules every network plan keeps, so that executing it can neither read nor write elsewhere.

kernels/nets checks the same rules again on the board; here they give an error before the push.
What each kind of layer may look like is in `layer_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.networks.plans.graph import Layer, Op, PlanNetwork, Tensor, TensorType
from harness.networks.plans.layer_rules import MAX_CHANNELS, MAX_SIDE, check_layer, demand

MAX_FILE_BYTES = 1 << 28
MAX_TENSORS = 1024
MAX_LAYERS = 512
MAX_SLOTS = 64
MAX_CHECKS = 16
MAX_TENSOR_BYTES = 1 << 26
MAX_PLANES = 8
FLOAT_SCHEMES = ("fp32", "fp16")


@dataclass
class _Flow:
    """What has been written so far: per tensor the channels, per slot the tensor it holds."""

    channels: dict[int, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)


def check_network(network: PlanNetwork) -> None:
    """Raise NetworkError, naming the layer, where `network` breaks a rule of the format."""
    _tables(network)
    for number, tensor in enumerate(network.tensors):
        _tensor(number, tensor)
    ends = (network.input, network.output)
    outside = [i for i, t in enumerate(network.tensors) if t.slot is None]
    demand(
        sorted(set(ends)) == outside and network.input != network.output,
        "only the input and the output may lie outside of the arena",
    )
    for index in ends:
        demand(network.tensors[index].type is TensorType.F32, "input and output must be F32")
    flow = _Flow(channels={network.input: network.tensors[network.input].c})
    for number, layer in enumerate(network.layers):
        where = f"layer {number} ({layer.op.name})"
        _flow(network, layer, flow, where)
        check_layer(network.tensors, layer, where)
    demand(_whole(network, flow, network.output), "nobody writes the whole output")
    exact = all(layer.scheme not in FLOAT_SCHEMES for layer in network.layers)
    demand(exact or not network.checks, "sums of floats have no known answer to the bit")


def written_channels(op: Op, filters: int, source: Tensor) -> int:
    """Return how many channels a layer writes."""
    return filters if op is Op.CONV else source.c


def _tables(network: PlanNetwork) -> None:
    name = network.name.encode("ascii", errors="replace")
    demand(
        network.name.isascii() and 0 < len(name) <= 32 and network.name.isprintable(), "bad name"
    )
    demand(0 < len(network.tensors) <= MAX_TENSORS, "too many tensors, or none")
    demand(0 < len(network.layers) <= MAX_LAYERS, "too many layers, or none")
    demand(len(network.checks) <= MAX_CHECKS, "too many check vectors")
    count = len(network.tensors)
    demand(0 <= network.input < count and 0 <= network.output < count, "no such input or output")


def _tensor(number: int, tensor: Tensor) -> None:
    where = f"tensor {number}"
    demand(0 < tensor.h <= MAX_SIDE and 0 < tensor.w <= MAX_SIDE, "a side is out of range", where)
    demand(0 < tensor.c <= MAX_CHANNELS, "channels are out of range", where)
    planes = range(1, MAX_PLANES + 1) if tensor.type is TensorType.PLANES else (0,)
    demand(tensor.planes in planes, "planes are out of range", where)
    demand(tensor.bytes <= MAX_TENSOR_BYTES, "it is too large", where)
    demand(tensor.slot is None or 0 <= tensor.slot < MAX_SLOTS, "no such slot", where)


def _whole(network: PlanNetwork, flow: _Flow, index: int) -> bool:
    return flow.channels.get(index, 0) == network.tensors[index].c


def may_replace(tensors: tuple[Tensor, ...], layer: Layer) -> bool:
    """Say whether a layer may write where its shortcut lies: float by float in the same places."""
    if layer.shortcut is None or layer.out is None or layer.shortcut == layer.source:
        return False
    old, new = tensors[layer.shortcut], tensors[layer.out]
    same = (old.h, old.w, old.c) == (new.h, new.w, new.c)
    return same and old.type is new.type is TensorType.F32 and layer.out_first == 0


def _flow(network: PlanNetwork, layer: Layer, flow: _Flow, where: str) -> None:
    """Reads what is whole and still there; writes in order into slots that it does not read.

    A map of floats may take the place of the shortcut that is added to it.
    """
    tensors = network.tensors
    reads = [i for i in (layer.source, layer.shortcut) if i is not None]
    writes = [i for i in (layer.out, layer.bits) if i is not None]
    demand(all(0 <= i < len(tensors) for i in reads + writes), "no such tensor", where)
    demand(bool(writes), "it writes nothing", where)
    for index in reads:
        slot = tensors[index].slot
        demand(_whole(network, flow, index), f"tensor {index} is not written yet", where)
        kept = slot is None or flow.held.get(slot) == index
        demand(kept, f"tensor {index} is overwritten already", where)
    made: list[int | None] = []
    count = written_channels(layer.op, layer.filters, tensors[layer.source])
    for index in writes:
        slot, begun = tensors[index].slot, flow.channels.get(index, 0)
        replaces = index == layer.out and may_replace(tensors, layer)
        others = (layer.source,) if replaces else reads
        clash = slot is not None and slot in (*(tensors[i].slot for i in others), *made)
        demand(not clash, "it writes what it reads", where)
        demand(index != network.input, "it writes the input", where)
        demand(begun == layer.out_first, f"tensor {index}: channels are out of order", where)
        demand(begun + count <= tensors[index].c, f"tensor {index} has fewer channels", where)
        kept = begun == 0 or slot is None or flow.held.get(slot) == index
        demand(kept, f"tensor {index} is overwritten already", where)
        made.append(slot)
        flow.channels[index] = begun + count
        if slot is not None:
            flow.held[slot] = index
