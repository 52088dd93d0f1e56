"""Plans whose pool is large enough to be carried out together with the convolution before it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from harness.networks.plans.graph import Border, Op, PlanNetwork, TensorType
from tests.networks.random_plans import Maker, weights_of

# of the map: just above what the runner leaves alone (kernels/nets/band.c)
_SIDES = {TensorType.F32: 36, TensorType.I8: 72}


def banded(
    *,
    scheme: str = "w8a8",
    out: TensorType = TensorType.F32,
    pool: tuple[int, int, int] = (3, 2, 0),
) -> PlanNetwork:
    """Input, CONV 3x3 of `scheme` with 64 channels, MAXPOOL (kernel, stride, pad), output."""
    m, side = Maker(random.Random(sum(pool))), _SIDES[out]
    m.x = m.tensor(TensorType.F32, (side, side, 4))
    source = m.to(TensorType.BITS if scheme == "w1a1" else TensorType.I8)
    weights, encoding = weights_of(m, scheme, source, 64, 9)
    conv: dict[str, Any] = {"weights": weights, "encoding": encoding, "filters": 64}
    if out is TensorType.I8:
        conv |= {"low": -128.0, "high": 127.0}
    made = m.tensor(out, (side, side, 64))
    m.add(
        op=Op.CONV,
        scheme=scheme,
        source=source,
        out=made,
        scale=m.numbers(64, 0.5 if scheme == "w1a1" else 0.002),
        bias=m.numbers(64, 0.3),
        border=Border.PLUS_ONE if scheme == "w1a1" else Border.ZERO,
        **dict.fromkeys(("kernel_h", "kernel_w"), 3),
        **dict.fromkeys(("pad_top", "pad_left"), 1),
        **conv,
    )
    kernel, stride, pad = pool
    side = (side + 2 * pad - kernel) // stride + 1
    pooled = m.tensor(out, (side, side, 64))
    bits = m.tensor(TensorType.BITS, (side, side, 64)) if out is TensorType.F32 else None
    m.add(
        op=Op.MAXPOOL,
        source=made,
        out=pooled,
        bits=bits,
        **dict.fromkeys(("kernel_h", "kernel_w"), kernel),
        **dict.fromkeys(("stride_h", "stride_w"), stride),
        **dict.fromkeys(("pad_top", "pad_left"), pad),
    )
    last = m.tensor(TensorType.F32, (side, side, 64))
    m.tensors[last] = replace(m.tensors[last], slot=None)
    m.add(op=Op.AFFINE, source=pooled, out=last, scale=m.numbers(64, 0.1))
    return PlanNetwork(
        name="banded", tensors=tuple(m.tensors), layers=tuple(m.layers), input=0, output=last
    )


def crossed(network: PlanNetwork) -> PlanNetwork:
    """The same with the pool writing where the convolution reads: no bands are possible."""
    pool = network.layers[-2]
    tensors = list(network.tensors)
    tensors[pool.out or 0] = replace(tensors[pool.out or 0], slot=tensors[1].slot)
    return replace(network, tensors=tuple(tensors))
