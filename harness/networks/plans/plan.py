"""The flat network plan that kernels/nets executes: writer and strict reader; no arithmetic here.

Little-endian. Header of 128 bytes, tensor table, layer table, check vectors, then blobs, each at a
multiple of 64 bytes. The reader accepts only what the writer would have written, byte for byte.

    header  magic "HBNPLAN\\0", u32 version, file bytes, tensors, tensor offset, layers, layer
            offset, checks, check offset, slots, input tensor, output tensor; at 56 the name (32
            bytes, zero-filled), at 88 zeros
    tensor  u32 type, h, w, c, slot, planes                                    (24 bytes)
    layer   u32 op, source, shortcut, out, out first, bits, filters, kernel h, kernel w, stride h,
            stride w, pad top, pad left, border, i32 border value, u32 encoding, whole, f32 low,
            high, shortcut scale, u32 weights offset, weights bytes, scale offset, bias offset,
            scheme (8 bytes, zero-filled), 24 zeros                             (128 bytes)
    check   u64 seed of the input bytes, u64 FNV-1a of the output bytes         (16 bytes)

A tensor lives in a slot of the arena (slots are reused), the input and the output outside of it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.plans.graph import (
    Border,
    Check,
    Encoding,
    Layer,
    Op,
    PlanNetwork,
    Tensor,
    TensorType,
)
from harness.networks.plans.rules import (
    MAX_CHECKS,
    MAX_FILE_BYTES,
    MAX_LAYERS,
    MAX_TENSORS,
    check_network,
    written_channels,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"HBNPLAN\0"
VERSION = 2  # 1: int16 activations; 2: every scheme, float32 between layers (2026-11)
NONE = 0xFFFFFFFF
ALIGN = 64
HEADER_BYTES = 128
_HEADER = struct.Struct("<8s12I32s40s")
_TENSOR = struct.Struct("<6I")
_LAYER = struct.Struct("<14Ii2I3f4I8s24s")
_CHECK = struct.Struct("<QQ")
_DO = "write the plan again with this version of the harness"


def fnv1a(data: bytes) -> int:
    """Return the 64-bit FNV-1a hash: enough to refuse a wrong answer, not meant against malice."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def write_plan(network: PlanNetwork) -> bytes:
    """Return the file; raises NetworkError where the network breaks the rules of the format."""
    check_network(network)
    tensor_offset = HEADER_BYTES
    layer_offset = _up(tensor_offset + _TENSOR.size * len(network.tensors))
    check_offset = _up(layer_offset + _LAYER.size * len(network.layers))
    at = _up(check_offset + _CHECK.size * len(network.checks))
    records, blobs = [], []
    for layer in network.layers:
        offsets = []
        for blob in (layer.weights, layer.scale, layer.bias):
            offsets.append(at if blob else 0)
            blobs.append(blob + bytes(-len(blob) % ALIGN))
            at += len(blobs[-1])
        records.append(_layer_record(layer, offsets))
    slots = 1 + max((t.slot for t in network.tensors if t.slot is not None), default=-1)
    head = (
        VERSION,
        at,
        len(network.tensors),
        tensor_offset,
        len(network.layers),
        layer_offset,
        len(network.checks),
        check_offset,
        slots,
        network.input,
        network.output,
        0,
    )
    parts = (
        _HEADER.pack(MAGIC, *head, network.name.encode("ascii"), b""),
        *(_TENSOR.pack(t.type, t.h, t.w, t.c, _index(t.slot), t.planes) for t in network.tensors),
        bytes(layer_offset - tensor_offset - _TENSOR.size * len(network.tensors)),
        *records,
        bytes(check_offset - layer_offset - _LAYER.size * len(network.layers)),
        *(_CHECK.pack(c.seed, c.output_fnv) for c in network.checks),
        bytes(-_CHECK.size * len(network.checks) % ALIGN),
        *blobs,
    )
    data = b"".join(parts)
    if len(data) > MAX_FILE_BYTES:
        raise NetworkError(f"the plan has {len(data)} bytes, over {MAX_FILE_BYTES}")
    return data


def read_plan(data: bytes) -> PlanNetwork:
    """Return the network of a plan file; NetworkError for what `write_plan` never writes."""
    try:
        network = _parse(data)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise NetworkError(f"the plan is damaged: {error}", do=_DO) from None
    if write_plan(network) != data:
        raise NetworkError("the plan holds bytes that do not belong there", do=_DO)
    return network


def _parse(data: bytes) -> PlanNetwork:
    magic, version, size, *numbers, name, _ = _HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise NetworkError(f"not a network plan of version {VERSION}", do=_DO)
    if size != len(data) or size > MAX_FILE_BYTES:
        raise NetworkError(f"the plan says {size} bytes and has {len(data)}", do=_DO)
    tensors, tensor_at, layers, layer_at, checks, check_at, _, first, last, _ = numbers
    if tensors > MAX_TENSORS or layers > MAX_LAYERS or checks > MAX_CHECKS:
        raise NetworkError("the plan's tables are too long", do=_DO)
    made = tuple(_tensor(data, tensor_at + i * _TENSOR.size) for i in range(tensors))
    return PlanNetwork(
        name=name.rstrip(b"\0").decode("ascii"),
        tensors=made,
        layers=tuple(_layer(made, data, layer_at + i * _LAYER.size) for i in range(layers)),
        input=first,
        output=last,
        checks=tuple(
            Check(seed=seed, output_fnv=fnv)
            for seed, fnv in (
                _CHECK.unpack_from(data, check_at + i * _CHECK.size) for i in range(checks)
            )
        ),
    )


def _tensor(data: bytes, at: int) -> Tensor:
    kind, h, w, c, slot, planes = _TENSOR.unpack_from(data, at)
    return Tensor(type=TensorType(kind), h=h, w=w, c=c, slot=_optional(slot), planes=planes)


def _layer(tensors: tuple[Tensor, ...], data: bytes, at: int) -> Layer:
    *numbers, scheme, _ = _LAYER.unpack_from(data, at)
    op, source, shortcut, out, out_first, bits, filters = numbers[:7]
    low, high, shortcut_scale, weights_at, weights_bytes, scale_at, bias_at = numbers[17:]
    if source >= len(tensors):
        raise ValueError(f"there is no tensor {source}")
    channels = written_channels(Op(op), filters, tensors[source])
    return Layer(
        op=Op(op),
        source=source,
        shortcut=_optional(shortcut),
        out=_optional(out),
        out_first=out_first,
        bits=_optional(bits),
        filters=filters,
        kernel_h=numbers[7],
        kernel_w=numbers[8],
        stride_h=numbers[9],
        stride_w=numbers[10],
        pad_top=numbers[11],
        pad_left=numbers[12],
        border=Border(numbers[13]),
        border_value=numbers[14],
        encoding=Encoding(numbers[15]),
        whole=bool(numbers[16]),
        low=low,
        high=high,
        shortcut_scale=shortcut_scale,
        scheme=scheme.rstrip(b"\0").decode("ascii"),
        weights=_blob(data, weights_at, weights_bytes),
        scale=_blob(data, scale_at, 4 * channels),
        bias=_blob(data, bias_at, 4 * channels),
    )


def _blob(data: bytes, at: int, size: int) -> bytes:
    if at == 0:
        return b""
    if at % ALIGN or at + size > len(data):
        raise ValueError(f"a blob of {size} bytes at {at} does not fit")
    return data[at : at + size]


def _layer_record(layer: Layer, offsets: Sequence[int]) -> bytes:
    weights, scale, bias = offsets
    return _LAYER.pack(
        layer.op,
        layer.source,
        _index(layer.shortcut),
        _index(layer.out),
        layer.out_first,
        _index(layer.bits),
        layer.filters,
        layer.kernel_h,
        layer.kernel_w,
        layer.stride_h,
        layer.stride_w,
        layer.pad_top,
        layer.pad_left,
        layer.border,
        layer.border_value,
        layer.encoding,
        layer.whole,
        layer.low,
        layer.high,
        layer.shortcut_scale,
        weights,
        len(layer.weights),
        scale,
        bias,
        layer.scheme.encode("ascii"),
        b"",
    )


def _index(value: int | None) -> int:
    return NONE if value is None else value


def _optional(value: int) -> int | None:
    return None if value == NONE else value


def _up(value: int) -> int:
    return -(-value // ALIGN) * ALIGN
