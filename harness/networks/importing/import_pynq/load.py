"""A CNV-W1A1 folder -> Model: six binary convolutions, three dense layers, integer thresholds.

A neuron fires where the number of matching bits m is above its threshold: with k products whose sum
is 2m - k that is sum - (2t - k) > 0. Both sides are whole, so 1 is taken off, and >= 0 says the
same. Layer 0 reads bytes, whose sum is compared with half of its threshold.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from harness.networks.importing.import_pynq.folder import STAGES, labels, thresholds, weights
from harness.networks.models.model import Conv, Dense, MaxPool, Model, Quant, Sign, Weights, Window
from harness.networks.plans.graph import Encoding

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Node

VERSION = "1"
INPUT, OUTPUT = "image", "matches"
_CONVOLUTIONS = 6
_POOLED = (1, 3)
_LIMIT = 1 << 22  # beyond it a threshold decides nothing, and float32 would round it
PREPROCESSING = (
    "RGB 32 x 32; each value of 0..255 becomes floor((2 p / 255 - 1) * 128), at most 127, "
    "and is given as that number"
)


def sniff(path: Path) -> bool:
    """Say whether `path` is a folder of this kind."""
    return (path / "0-0-weights.bin").is_file()


def load(folder: Path) -> Model:
    """Return the network in a folder; raises NetworkError."""
    names = labels(folder)
    nodes: list[Node] = [_bytes()]
    shapes = {INPUT: (32, 32, 3), "bytes": (32, 32, 3)}
    digest = hashlib.sha256()
    value = "bytes"
    for layer in range(len(STAGES)):
        signs = weights(folder, layer)
        digest.update(signs.tobytes())
        last = layer == len(STAGES) - 1
        levels = None if last else thresholds(folder, layer)
        if levels is not None:
            digest.update(levels.astype("<i8").tobytes())
        node = _product(layer, value, shapes[value], signs[: len(names)] if last else signs, levels)
        side = shapes[value][0] - 2 if layer < _CONVOLUTIONS else 1
        shape = (side, side, node.weights.values.shape[0])
        nodes.append(node)
        shapes[node.output] = shape
        value = node.output
        if last:
            break
        value = _put(nodes, shapes, _sign(layer, value), shape)
        if layer in _POOLED:
            pool = MaxPool(
                name=f"pool{layer}",
                inputs=(value,),
                output=f"pool{layer}",
                window=Window(kernel=(2, 2), stride=(2, 2)),
            )
            value = _put(nodes, shapes, pool, (side // 2, side // 2, shape[2]))
    return Model(
        name="cnv_w1a1",
        input=INPUT,
        output=OUTPUT,
        nodes=tuple(nodes),
        shapes=shapes,
        labels=names,
        notes={
            "source": "BNN-PYNQ CNV-W1A1",
            "sha256": digest.hexdigest(),  # of the unpacked weights and thresholds, layer by layer
            "importer": f"import_pynq {VERSION}",
            "preprocessing": PREPROCESSING,
        },
    )


def _put(
    nodes: list[Node],
    shapes: dict[str, tuple[int, int, int]],
    node: Node,
    shape: tuple[int, int, int],
) -> str:
    nodes.append(node)
    shapes[node.output] = shape
    return node.output


def _bytes() -> Quant:
    return Quant(
        name="bytes", inputs=(INPUT,), output="bytes", scale=1.0, zero=0, low=-128, high=127, bits=8
    )


def _sign(layer: int, value: str) -> Sign:
    return Sign(name=f"sign{layer}", inputs=(value,), output=f"sign{layer}")


def _product(
    layer: int,
    source: str,
    shape: tuple[int, int, int],
    signs: NDArray[np.int8],
    levels: NDArray[np.int64] | None,
) -> Conv | Dense:
    import numpy as np

    count, products = signs.shape
    scale, bias = np.ones(count, np.float32), np.zeros(count, np.float32)
    if levels is None:  # scores are matches: (sum + k) / 2
        scale, bias = scale / np.float32(2), bias + np.float32(products / 2)
    else:
        near = np.clip(levels, -_LIMIT, _LIMIT)
        steps = -(near + 1) / 2 if layer == 0 else products - 2 * near - 1
        bias += steps.astype(np.float32)
    name = f"layer{layer}"
    output = OUTPUT if levels is None else name
    convolution = layer < _CONVOLUTIONS
    kernel = signs.reshape(count, *((3, 3) if convolution else shape[:2]), shape[2])
    taken = Weights(values=kernel, scale=scale, bits=1, encoding=Encoding.BIPOLAR)
    if convolution:
        window = Window(kernel=(3, 3))
        return Conv(
            name=name, inputs=(source,), output=output, weights=taken, bias=bias, window=window
        )
    return Dense(name=name, inputs=(source,), output=output, weights=taken, bias=bias)
