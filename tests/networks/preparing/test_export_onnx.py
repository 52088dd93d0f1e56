"""Every node against onnxruntime, which computes what the bytes say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest

from harness.errors import NetworkError
from harness.networks.models.draft import Draft, float_weights
from harness.networks.models.model import Affine, AvgPool, Clip, Conv, Dense, MaxPool, Sign, Window
from harness.networks.plans.graph import Border
from harness.networks.preparing.export_onnx import export_onnx

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.models.model import Model

    Floats = NDArray[np.float32]

RANDOM = np.random.default_rng(5)


def normal(*shape: int) -> Floats:
    return RANDOM.standard_normal(shape).astype(np.float32)


def run(model: Model, given: Floats) -> Floats:
    """Run [n, h, w, c]; maps come back as [n, h, w, c] too."""
    session = onnxruntime.InferenceSession(
        export_onnx(model, batch=len(given)), providers=["CPUExecutionProvider"]
    )
    made: Floats = session.run(None, {model.input: given.transpose(0, 3, 1, 2)})[0]
    return made.transpose(0, 2, 3, 1) if made.ndim == 4 else made


def draft() -> Draft:
    return Draft(name="net", shape=(7, 6, 4))


def test_a_convolution_keeps_its_axes() -> None:
    kernel, bias, given = normal(5, 3, 2, 4), normal(5), normal(2, 7, 6, 4)
    net = draft()
    out = net.conv("conv", "input", kernel, bias, stride=2)
    made = run(net.model(out), given)
    # one pixel by hand says that no axis is mixed up
    wanted = (given[1, 2:5, 4:6] * kernel[3]).sum() + bias[3]
    assert made.shape == (2, 3, 3, 5)
    assert made[1, 1, 2, 3] == pytest.approx(float(wanted), rel=1e-4)


@pytest.mark.parametrize(
    ("border", "corner"),
    [
        (Border.ZERO, lambda m: 0.0 * m[0, 0]),
        (Border.PLUS_ONE, lambda m: 0.0 * m[0, 0] + 1.0),
        (Border.MINUS_ONE, lambda m: 0.0 * m[0, 0] - 1.0),
        (Border.REPLICATE, lambda m: m[0, 0]),
    ],
)
def test_borders_are_said(border: Border, corner: object) -> None:
    assert callable(corner)
    given = normal(1, 7, 6, 4)
    net = draft()
    kernel = np.zeros((4, 3, 3, 4), np.float32)
    for channel in range(4):
        kernel[channel, 0, 0, channel] = 1.0  # passes what stands above and left of a pixel
    node = Conv(
        name="c",
        inputs=("input",),
        output="c",
        weights=float_weights(kernel),
        bias=np.zeros(4, np.float32),
        window=Window(kernel=(3, 3), pads=(1, 1, 1, 1)),
        border=border,
    )
    made = run(net.model(net.add(node)), given)
    assert np.allclose(made[0, 0, 0], corner(given[0]))
    assert np.allclose(made[0, 3, 2], given[0, 2, 1])


def test_a_dense_layer_reads_height_width_channel() -> None:
    weights, bias, given = normal(3, 7, 6, 4), normal(3), normal(2, 7, 6, 4)
    net = draft()
    first = net.add(
        Dense(name="d", inputs=("input",), output="d", weights=float_weights(weights), bias=bias)
    )
    wanted = given.reshape(2, -1) @ weights.reshape(3, -1).T + bias
    assert np.allclose(run(net.model(first), given), wanted, atol=1e-4)
    # a dense layer behind it reads a map again
    again = Dense(
        name="e",
        inputs=(net.relu("r", first),),
        output="e",
        weights=float_weights(normal(2, 1, 1, 3)),
        bias=bias[:2],
    )
    made = run(net.model(net.add(again)), given)
    rows = again.weights.values.reshape(2, 3)
    assert np.allclose(made, np.maximum(wanted, 0) @ rows.T + bias[:2], atol=1e-3)


def test_affine_and_clip() -> None:
    scale, bias, given = normal(4), normal(4), normal(2, 7, 6, 4)
    net = draft()
    affine = Affine(name="a", inputs=("input",), output="a", scale=scale, bias=bias)
    out = net.add(affine)
    for name, low, high in (("p", -0.5, math.inf), ("q", -math.inf, 0.75), ("r", -0.25, 0.5)):
        out = net.add(Clip(name=name, inputs=(out,), output=name, low=low, high=high))
    wanted = np.clip(given * scale + bias, -0.25, 0.5)
    assert np.allclose(run(net.model(out), given), wanted, atol=1e-6)


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("pads", [(0, 0, 0, 0), (1, 1, 1, 1), (0, 0, 1, 1)])
def test_pools_look_at_the_inside_only(pads: tuple[int, int, int, int], *, ceil: bool) -> None:
    given = normal(1, 7, 6, 4) - 3.0  # a zero of the padding would be the largest
    window = Window(kernel=(3, 2), stride=(2, 2), pads=pads, ceil=ceil)
    net = draft()
    most = net.add(MaxPool(name="m", inputs=("input",), output="m", window=window))
    mean = net.add(AvgPool(name="a", inputs=("input",), output="a", window=window))
    made = run(net.model(net.concat("both", most, mean)), given)
    assert made.shape[1:] == net.shapes["both"]
    for row in range(made.shape[1]):
        for column in range(made.shape[2]):
            y, x = row * 2 - pads[0], column * 2 - pads[1]
            seen = given[0, max(y, 0) : y + 3, max(x, 0) : x + 2].reshape(-1, 4)
            assert np.allclose(made[0, row, column, :4], seen.max(axis=0))
            assert np.allclose(made[0, row, column, 4:], seen.mean(axis=0), atol=1e-5)


def test_padding_can_count() -> None:
    given = normal(1, 7, 6, 4)
    window = Window(kernel=(3, 3), stride=(2, 2), pads=(1, 1, 1, 1))
    net = draft()
    node = AvgPool(name="a", inputs=("input",), output="a", window=window, count_outside=True)
    made = run(net.model(net.add(node)), given)
    assert np.allclose(made[0, 0, 0], given[0, :2, :2].sum(axis=(0, 1)) / 9, atol=1e-6)


def test_names_of_values_do_not_collide() -> None:
    net = draft()
    out = net.conv("conv", "input", normal(4, 1, 1, 4), normal(4))
    out = net.relu("conv.weight", out)
    out = net.relu("logits.map", out)
    made = run(net.model(net.mean("logits", out)), normal(3, 7, 6, 4))
    assert made.shape == (3, 4)


def test_bytes_are_the_same_every_time_and_nobody_signs_them() -> None:
    net = draft()
    model = net.model(net.relu("r", "input"))
    assert export_onnx(model) == export_onnx(model)
    loaded = onnx.load_from_string(export_onnx(model))
    assert (loaded.ir_version, loaded.opset_import[0].version) == (8, 13)
    assert loaded.producer_version == ""


def test_quantised_nodes_are_refused_by_name() -> None:
    net = draft()
    out = net.add(Sign(name="first sign", inputs=("input",), output="s"))
    with pytest.raises(NetworkError, match=r"first sign \(Sign\)"):
        export_onnx(net.model(out))
