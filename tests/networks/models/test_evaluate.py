from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import AvgPool, Conv, Dense, MaxPool, Window
from harness.networks.plans.graph import Border
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Reals = NDArray[np.float64]


def pixel(x: Reals, row: int, column: int, outside: Reals | None) -> Reals | None:
    """One pixel of a map, written as the words of `model` say it."""
    h, w = x.shape[:2]
    if 0 <= row < h and 0 <= column < w:
        return np.asarray(x[row, column])
    if outside is None:
        return None
    if np.isnan(outside).any():
        return np.asarray(x[min(max(row, 0), h - 1), min(max(column, 0), w - 1)])
    return outside


def naive(node: Conv | MaxPool | AvgPool, x: Reals, shape: tuple[int, ...]) -> Reals:
    """A window at a time, in double."""
    made = np.zeros(shape)
    (kh, kw), (sh, sw), (top, left) = (
        node.window.kernel,
        node.window.stride,
        node.window.pads[:2],
    )
    fills = {Border.ZERO: 0.0, Border.PLUS_ONE: 1.0, Border.MINUS_ONE: -1.0}
    is_conv = isinstance(node, Conv)
    fill = fills.get(node.border, np.nan) if isinstance(node, Conv) else 0.0
    outside = np.full(x.shape[2], fill) if is_conv else None
    for row in range(shape[0]):
        for column in range(shape[1]):
            seen = [
                pixel(x, row * sh - top + i, column * sw - left + j, outside)
                for i in range(kh)
                for j in range(kw)
            ]
            inside = np.array([p for p in seen if p is not None])
            if isinstance(node, Conv):
                made[row, column] = product(node, inside)
            elif isinstance(node, MaxPool):
                made[row, column] = inside.max(axis=0)
            else:
                many = kh * kw if node.count_outside else len(inside)
                made[row, column] = inside.sum(axis=0) / many
    return made


def product(node: Conv, window: Reals) -> Reals:
    """Groups: filter o of n sees the slice of its group."""
    kernel = node.weights.values.astype(float) * node.weights.scale.reshape(-1, 1, 1, 1)
    filters, per_group = kernel.shape[0], kernel.shape[3]
    made = []
    for o in range(filters):
        group = o // (filters // node.groups)
        part = window[:, group * per_group : (group + 1) * per_group]
        made.append(float((kernel[o].reshape(-1, per_group) * part).sum()))
    return np.array(made) + node.bias


@pytest.mark.parametrize(
    "window",
    [
        Window(),
        Window(kernel=(3, 3), stride=(2, 2), pads=(1, 1, 1, 1)),
        Window(kernel=(3, 2), stride=(2, 1), pads=(0, 1, 2, 0)),
        Window(kernel=(2, 2), stride=(2, 2), ceil=True),
        Window(kernel=(3, 3), stride=(2, 2), pads=(1, 0, 0, 1), ceil=True),
    ],
)
@pytest.mark.parametrize("border", [Border.ZERO, Border.PLUS_ONE, Border.REPLICATE])
def test_windows_see_what_the_words_say(window: Window, border: Border) -> None:
    net = Net((7, 6, 4))
    kernel = (6, *window.kernel, 2)
    nodes: list[Conv | MaxPool | AvgPool] = [
        Conv(
            name="c",
            inputs=("input",),
            output="c",
            weights=net.weights(kernel, 8),
            bias=net.reals(6),
            window=window,
            border=border,
            groups=2,
        ),
        MaxPool(name="m", inputs=("input",), output="m", window=window),
        AvgPool(name="a", inputs=("input",), output="a", window=window),
        AvgPool(name="b", inputs=("input",), output="b", window=window, count_outside=True),
    ]
    net.nodes += nodes
    image = net.image()
    values = evaluate(net.model("c"), image)
    for node in nodes:
        wanted = naive(node, image.astype(float), values[node.output].shape)
        np.testing.assert_allclose(values[node.output], wanted, rtol=1e-5, atol=1e-5)


def test_a_dense_layer_reads_rows_then_columns_then_channels() -> None:
    net = Net((2, 3, 4))
    made = net.dense("input", 5)
    image = net.image()
    node = net.nodes[-1]
    assert isinstance(node, Dense)
    wanted = np.zeros(5)
    for o in range(5):
        for y in range(2):
            for x in range(3):
                for c in range(4):
                    weight = float(node.weights.values[o, y, x, c]) * node.weights.scale[o]
                    wanted[o] += weight * image[y, x, c]
    got = evaluate(net.model(made), image)[made]
    assert got.shape == (1, 1, 5)
    np.testing.assert_allclose(got.ravel(), wanted + node.bias, rtol=1e-5)


def test_codes_round_half_to_even_and_saturate() -> None:
    net = Net((1, 1, 6))
    made = net.quant("input", scale=0.5, zero=3)
    given = np.array([[[0.25, 0.75, -0.25, 1e6, -1e6, -0.0]]], np.float32)
    wanted = [0.0, 1.0, 0.0, (127 - 3) / 2, (-128 - 3) / 2, 0.0]
    assert evaluate(net.model(made), given)[made].ravel().tolist() == wanted


def test_signs_of_zeros_are_plus() -> None:
    net = Net((1, 1, 4))
    made = net.sign("input", 0.5)
    given = np.array([[[0.0, -0.0, -1e-30, 2.0]]], np.float32)
    assert evaluate(net.model(made), given)[made].ravel().tolist() == [0.5, 0.5, -0.5, 0.5]


def test_joining_adding_scaling_and_clipping() -> None:
    net = Net((2, 2, 3))
    affine = net.affine("input")
    clipped = net.relu(affine, 0.5)
    made = net.add(net.concat(clipped, affine), net.concat(affine, clipped))
    image = net.image()
    values = evaluate(net.model(made), image)
    scaled = image * net.nodes[0].scale + net.nodes[0].bias  # type: ignore[attr-defined]
    limited = scaled.clip(0, 0.5)
    np.testing.assert_array_equal(values[made][..., :3], limited + scaled)
    np.testing.assert_array_equal(values[made][..., 3:], scaled + limited)


def test_an_input_of_another_shape_is_refused() -> None:
    net = Net((4, 4, 3))
    model = net.model(net.affine("input"))
    with pytest.raises(NetworkError, match="wants"):
        evaluate(model, np.zeros((4, 3, 4), np.float32))
