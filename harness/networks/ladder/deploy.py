"""From what training leaves to the deployed net: folds batch norm, brings the edges to 8 bits.

w8a8 has no training of its own: it is the fp32 net with int8 weights (per channel, the largest is
127) and int8 activations, whose steps have the least square error on calibration images. Its
activations stand behind a ReLU, so of the int8 codes 0..127 occur.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from harness.networks.ladder import evaluate, layout
from harness.networks.ladder.nets import (
    Conv,
    Dense,
    LadderNet,
    Norm,
    Quantiser,
    block_codes,
    dense_codes,
    pixel_codes,
)
from harness.networks.quantising.quantisers import largest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Reals = NDArray[np.float32]

_Layer = TypeVar("_Layer", Conv, Dense)

CALIBRATION = 1024  # images, the first of the training part
_GRID = np.linspace(0.3, 1.0, 36)


def deployed(
    scheme: layout.Scheme, arrays: Mapping[str, Reals], images: NDArray[np.uint8]
) -> LadderNet:
    """Return the net of what `training.train` returns; `images` calibrate what has 8 bits."""
    real = scheme.levels == "real"
    blocks = []
    for number, (_, _, stride, _) in enumerate(layout.BLOCKS):
        step = np.float32(arrays.get(f"clip{number}", np.float32(1)) / scheme.top)
        given = block_codes(scheme, float(step))
        block = _conv(given, stride, arrays[f"block{number}"], arrays, f"norm{number}")
        blocks.append(block if real else replace(block, weights=block.weights.astype(np.int8)))
    scale, bias = _folded(arrays, "norm_last")
    net = LadderNet(
        scheme=scheme.name,
        width=len(arrays["stem"]),
        stem=_conv(Quantiser(kind="none"), 2, arrays["stem"], arrays, "norm_stem"),
        blocks=tuple(blocks),
        norm=Norm(scale=scale, bias=bias),
        dense=Dense(
            input=Quantiser(kind="none"),
            weights=_half(arrays["linear"]),
            scale=np.ones(layout.CLASSES, np.float32),
            bias=arrays["linear_bias"].astype(np.float32),
        ),
    )
    return net if real else _with_int8_edges(net, images)


def int8_twin(net: LadderNet, images: NDArray[np.uint8]) -> LadderNet:
    """Return the w8a8 form of an fp32 net."""
    scheme = layout.SCHEMES["w8a8"]
    given = evaluate.maps(net, images)
    blocks = tuple(
        _int8(block, block_codes(scheme, _best_step(x, scheme.top)))
        for block, x in zip(net.blocks, given, strict=False)
    )
    return _with_int8_edges(replace(net, scheme=scheme.name, blocks=blocks), images)


def _with_int8_edges(net: LadderNet, images: NDArray[np.uint8]) -> LadderNet:
    scheme = layout.SCHEMES[net.scheme]
    net = replace(net, stem=_int8(net.stem, pixel_codes(scheme)))
    pooled = evaluate.maps(net, images)[-1]
    given = dense_codes(scheme, 1.0)
    step = np.float32(pooled.max() / given.high)
    return replace(net, dense=_int8(net.dense, replace(given, step=float(step))))


def _int8(layer: _Layer, given: Quantiser) -> _Layer:
    made = largest(layer.weights.astype(np.float32), 8, per="kernel")
    unit = made.step.reshape(-1) * given.step
    return replace(
        layer,
        input=given,
        weights=made.codes.astype(np.int8),
        scale=(layer.scale.astype(np.float64) * unit).astype(np.float32),
    )


def _best_step(x: Reals, top: int) -> float:
    """The step of codes 0..top with the least square error behind a ReLU."""
    # about a million values; an odd stride meets every channel
    seen = np.maximum(x.reshape(-1)[:: x.size >> 20 | 1], 0)
    steps = _GRID * float(seen.max()) / top
    errors = [np.square(np.clip(np.rint(seen / s), 0, top) * s - seen).mean() for s in steps]
    return float(np.float32(steps[int(np.argmin(errors))]))


def _conv(
    given: Quantiser, stride: int, kernel: Reals, arrays: Mapping[str, Reals], norm: str
) -> Conv:
    scale, bias = _folded(arrays, norm)
    return Conv(
        input=given,
        border=1 if given.kind == "sign" else 0,
        stride=stride,
        weights=_half(np.ascontiguousarray(kernel.transpose(0, 2, 3, 1))),
        scale=scale,
        bias=bias,
    )


def _half(weights: Reals) -> Reals:
    """Real weights as they are kept on disk."""
    return weights.astype(np.float16).astype(np.float32)


def _folded(arrays: Mapping[str, Reals], name: str) -> tuple[Reals, Reals]:
    """Batch norm as scale and bias."""
    gamma, beta, mean, variance = (
        arrays[f"{name}_{part}"].astype(np.float64)
        for part in ("gamma", "beta", "mean", "variance")
    )
    scale = gamma / np.sqrt(variance + layout.BN_EPSILON)
    return scale.astype(np.float32), (beta - mean * scale).astype(np.float32)
