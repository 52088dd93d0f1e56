"""The layers of a plan as people read them: what each is called, does, makes and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.lowering.count import scheme_bits
from harness.networks.plans.graph import Op
from harness.records.layers import LayerInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.networks.lowering.lower import Lowered
    from harness.networks.plans.graph import Layer, PlanNetwork


def describe(lowered: Lowered) -> tuple[LayerInfo, ...]:
    """Return what is to be said of every layer."""
    names = _names(lowered)
    network = lowered.network
    return tuple(
        _info(network, layer, number, names) for number, layer in enumerate(network.layers)
    )


def _names(lowered: Lowered) -> Mapping[tuple[int, int], str]:
    """Tensor and first channel -> value: its first name, so that parts are not called the whole."""
    names: dict[tuple[int, int], str] = {}
    for name, meaning in lowered.values.items():
        names.setdefault((meaning.tensor, meaning.first), name)
    return names


def _info(
    network: PlanNetwork, layer: Layer, number: int, names: Mapping[tuple[int, int], str]
) -> LayerInfo:
    source = network.tensors[layer.source]
    written = layer.bits if layer.out is None else layer.out
    index = layer.source if written is None else written
    made = network.tensors[index]
    channels = layer.filters if layer.op is Op.CONV else source.c
    name = names.get((index, layer.out_first)) or names.get((layer.bits or 0, layer.out_first))
    weights = layer.filters * layer.kernel_h * layer.kernel_w * source.c
    dense = (layer.kernel_h, layer.kernel_w, made.h, made.w) == (source.h, source.w, 1, 1)
    op = "dense" if layer.op is Op.CONV and dense else layer.op.name.lower()
    bits = scheme_bits(layer.scheme)[0] if layer.scheme else 0
    return LayerInfo(
        name=name or f"{op}{number}",
        op=op,
        scheme=layer.scheme,
        shape=f"{made.h}x{made.w}x{channels}{'' if op == 'dense' else _window(layer)}",
        macs=made.h * made.w * weights,
        weight_bytes=-(-weights * bits // 8),
    )


def _window(layer: Layer) -> str:
    """`k3s2`, `k1x7`; nothing where every pixel stands for itself."""
    kernel = _pair(layer.kernel_h, layer.kernel_w)
    stride = _pair(layer.stride_h, layer.stride_w)
    if (kernel, stride) == ("1", "1"):
        return ""
    return f"k{kernel}" if stride == "1" else f"k{kernel}s{stride}"


def _pair(one: int, other: int) -> str:
    return str(one) if one == other else f"{one}x{other}"
