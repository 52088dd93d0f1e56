"""What a net of the ladder answers, in plain numpy: the truth that every executor is held to.

Integer nets are exact to the last bit on every machine: sums of codes run through a matrix product
in a float type that holds them without rounding, all other steps are single float32 operations in
the order that `nets` gives. fp32 nets sum in float64 and round once, so they agree to a rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.networks.ladder import data, layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from harness.networks.ladder.nets import Conv, Dense, LadderNet, Quantiser

    Reals = NDArray[np.float32]

_BATCH = 250
_EXACT_FLOAT32 = 1 << 24


def evaluate(net: LadderNet, images: NDArray[np.uint8]) -> Reals:
    """Return the logits [n, 10] of images [n, 28, 28]."""
    return np.concatenate([_dense(net.dense, x[-1]) for x in _batches(net, images)])


def maps(net: LadderNet, images: NDArray[np.uint8]) -> list[Reals]:
    """Return what each block convolution is given, and last what the dense layer is given."""
    return [np.concatenate(parts) for parts in zip(*_batches(net, images), strict=True)]


def full_check(net: LadderNet, folder: Path = data.FOLDER) -> float:
    """Return top-1 over the 10,000 test images of the data set in `folder`."""
    images, labels = data.images_and_labels("t10k", folder)
    return top1(evaluate(net, images), labels)


def top1(logits: Reals, labels: NDArray[np.uint8]) -> float:
    """Return the share of images whose largest logit (the first of equals) is the label's."""
    return float(np.mean(logits.argmax(1) == labels))


def pixels(images: NDArray[np.uint8]) -> Reals:
    """Return pixels as -1..1."""
    scaled: Reals = images.astype(np.float32) / np.float32(127.5)
    return scaled - np.float32(1)


def quantise(x: Reals, how: Quantiser) -> Reals:
    """Return codes as float32, or real numbers where the scheme has no codes."""
    match how.kind:
        case "none":
            return x
        case "relu":
            return np.maximum(x, np.float32(0))
        case "sign":
            return np.where(x < 0, np.float32(-1), np.float32(1))
        case "codes":
            codes: Reals = np.rint(x * how.inverse)
            return codes.clip(np.float32(how.low), np.float32(how.high))


def _batches(net: LadderNet, images: NDArray[np.uint8]) -> Iterator[list[Reals]]:
    """Yield, a batch at a time, the input of every layer behind the stem."""
    for at in range(0, len(images), _BATCH):
        x = _conv(net.stem, pixels(images[at : at + _BATCH])[..., None])
        given = []
        for block in net.blocks:
            given.append(x)
            x = _conv(block, x) + _shortcut(x, block)
        x = np.maximum(x * net.norm.scale + net.norm.bias, np.float32(0))
        yield [*given, _mean(x)]


def _conv(layer: Conv, x: Reals) -> Reals:
    edge = ((0, 0), (1, 1), (1, 1), (0, 0))
    wide = _wide(layer.weights, layer.input)
    codes = np.pad(
        quantise(x, layer.input).astype(wide), edge, constant_values=wide.type(layer.border)
    )
    kernel = layer.weights.astype(wide)
    rows, columns = (-(-size // layer.stride) for size in x.shape[1:3])
    total = np.zeros((len(x), rows, columns, len(kernel)), wide)
    for ky in range(3):
        for kx in range(3):
            # the last window may start before the padded map ends
            seen = codes[:, ky :: layer.stride, kx :: layer.stride][:, :rows, :columns]
            total += seen @ kernel[:, ky, kx].T
    return total.astype(np.float32) * layer.scale + layer.bias


def _dense(layer: Dense, x: Reals) -> Reals:
    wide = _wide(layer.weights, layer.input)
    total = quantise(x, layer.input).astype(wide) @ layer.weights.astype(wide).T
    return total.astype(np.float32) * layer.scale + layer.bias


def _wide(weights: NDArray[np.generic], how: Quantiser) -> np.dtype[np.floating]:
    """The cheapest float type that adds every product of this layer without rounding."""
    if weights.dtype.kind == "f":
        return np.dtype(np.float64)
    rows = np.abs(weights.reshape(len(weights), -1).astype(np.int64)).sum(1)
    largest = int(rows.max()) * max(-how.low, how.high)
    return np.dtype(np.float32 if largest <= _EXACT_FLOAT32 else np.float64)


def _shortcut(x: Reals, block: Conv) -> Reals:
    if block.stride == 2:
        x = _halved(x)
    return np.concatenate([x, x], -1) if len(block.weights) != x.shape[-1] else x


def _halved(x: Reals) -> Reals:
    """2x2 averages; the last row and column of an odd map average what is inside."""
    odd = x.shape[1] % 2
    padded = np.pad(x, ((0, 0), (0, odd), (0, odd), (0, 0)))
    total = padded[:, ::2, ::2] + padded[:, ::2, 1::2]
    total = total + padded[:, 1::2, ::2]
    total = total + padded[:, 1::2, 1::2]
    inside = np.full(total.shape[1], 2, np.float32)
    inside[-1] -= odd
    return total / (inside[:, None] * inside)[..., None]


def _mean(x: Reals) -> Reals:
    places = x.reshape(len(x), -1, x.shape[-1])
    total = places[:, 0]
    for place in range(1, layout.LAST_SIDE**2):
        total = total + places[:, place]
    return total / np.float32(layout.LAST_SIDE**2)
