"""What a plan costs, counted and not measured: products, ACE, parameters, bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.networks.models.model import Conv, Dense
from harness.networks.plans.graph import Op, PlanNetwork
from harness.networks.plans.slots import arena_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.networks.models.model import Model

_FLOAT_BITS = {"fp32": (32, 32), "fp16": (16, 16)}
_TERNARY_BITS = 2


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of one inference; `ace` = sum of MACs x weight bits x activation bits (PokeBNN, 2022).

    `parameters` are weights and biases; `weight_bytes` count weights by their bits, without scales
    and biases; `activation_bytes` is the arena, input and output not among them.
    """

    macs: Mapping[str, int]
    parameters: int
    ace: int
    weight_bytes: int
    activation_bytes: int


def count(network: PlanNetwork) -> Counts:
    """Return what a plan costs. Element-wise work and pools count for nothing in MACs and ACE."""
    macs: dict[str, int] = {}
    parameters = bits_of_weights = 0
    for layer in network.layers:
        if layer.op is not Op.CONV:
            continue
        source = network.tensors[layer.source]
        written = layer.bits if layer.out is None else layer.out
        made = network.tensors[layer.source if written is None else written]
        weights = layer.filters * layer.kernel_h * layer.kernel_w * source.c
        macs[layer.scheme] = macs.get(layer.scheme, 0) + made.h * made.w * weights
        parameters += weights + len(layer.bias) // 4
        bits_of_weights += weights * scheme_bits(layer.scheme)[0]
    ace = sum(n * scheme_bits(s)[0] * scheme_bits(s)[1] for s, n in macs.items())
    return Counts(
        macs=macs,
        parameters=parameters,
        ace=ace,
        weight_bytes=-(-bits_of_weights // 8),
        activation_bytes=arena_bytes(network.tensors),
    )


def products(model: Model) -> int:
    """Return the MACs of one inference of a model, whether a plan can be made of it or not."""
    found = 0
    for node in model.nodes:
        if isinstance(node, Conv | Dense):
            h, w, _ = model.shapes[node.output]
            found += h * w * node.weights.values.size
    return found


def scheme_bits(scheme: str) -> tuple[int, int]:
    """Return the bits of a weight and of an activation: `w4a8` (4, 8), `terna1` (2, 1)."""
    if scheme in _FLOAT_BITS:
        return _FLOAT_BITS[scheme]
    found = re.fullmatch(r"(?:w(\d)|tern)a(\d)", scheme)
    if found is None:
        raise ValueError(f"no scheme {scheme!r}")
    return int(found[1] or _TERNARY_BITS), int(found[2])
