"""QDQ graphs: integers of the weights stay, activations get quantisers, onnxruntime agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.networks.models.draft import Draft, float_weights
from harness.networks.models.model import Add, Conv, Dense, Quant
from harness.networks.plans.graph import Encoding
from harness.networks.preparing import onnx_forms
from harness.networks.preparing.export_onnx import export_onnx
from tests.networks.importing.import_onnx.oracle import agrees, graph, node, normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = [1, 3, 6, 5]


def integers(*shape: int, low: int = -128, high: int = 127) -> NDArray[np.int64]:
    return np.random.default_rng(4).integers(low, high, shape, endpoint=True)


def he(*shape: int) -> NDArray[np.float32]:
    return normal(*shape) * np.float32((2 / np.prod(shape[1:])) ** 0.5)


ACTIVATION: dict[str, Any] = {"s": np.float32(0.03), "z": np.uint8(119)}
WEIGHTS: dict[str, Any] = {
    "wq": integers(4, 3, 3, 3).astype(np.int8),
    "ws": np.abs(normal(4)) * np.float32(0.01) + np.float32(0.001),
    "wz": np.zeros(4, np.int8),
    "bq": integers(4, low=-900, high=900).astype(np.int32),
    "bs": (np.abs(normal(4)) * np.float32(0.01) + np.float32(0.001)) * np.float32(0.03),
}


@pytest.mark.parametrize("axis", [0, -4])
def test_a_convolution_per_channel(axis: int) -> None:
    nodes = [
        node("QuantizeLinear", "x s z", "xq"),
        node("DequantizeLinear", "xq s z", "xd"),
        node("DequantizeLinear", "wq ws wz", "w", axis=axis),
        node("DequantizeLinear", "bq bs", "b", axis=0),
        node("Conv", "xd w b", "c", pads=[1, 1, 1, 1]),
        node("QuantizeLinear", "c t z", "cq"),
        node("DequantizeLinear", "cq t z", "y"),
    ]
    constants = ACTIVATION | WEIGHTS | {"t": np.float32(0.05)}
    model = agrees(graph(nodes, constants, SHAPE))
    before, conv, after = model.nodes
    assert isinstance(conv, Conv)
    assert isinstance(before, Quant)
    assert isinstance(after, Quant)
    assert (conv.weights.bits, conv.weights.encoding) == (8, Encoding.SIGNED)
    assert conv.weights.values.dtype == np.int8
    assert np.array_equal(conv.weights.values, WEIGHTS["wq"].transpose(0, 2, 3, 1))
    assert np.array_equal(conv.weights.scale, WEIGHTS["ws"])
    assert (before.zero, before.low, before.high, before.bits) == (119, 0, 255, 8)
    assert before.scale == np.float32(0.03)


@pytest.mark.parametrize(
    ("kind", "zero", "low", "high"),
    [(np.int8, -7, -128, 127), (np.uint8, 3, 0, 255), (np.uint16, 900, 0, 65535)],
)
def test_types_of_activations(kind: type[np.integer[Any]], zero: int, low: int, high: int) -> None:
    constants = {"s": np.float32(0.02), "z": kind(zero)}
    nodes = [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "y")]
    model = agrees(graph(nodes, constants, SHAPE, opset=21), has_plan=high < 256)
    (quant,) = model.nodes
    assert isinstance(quant, Quant)
    assert (quant.zero, quant.low, quant.high) == (zero, low, high)


def test_without_a_zero_point_it_is_uint8() -> None:
    nodes = [node("QuantizeLinear", "x s", "q"), node("DequantizeLinear", "q s", "y")]
    (quant,) = agrees(graph(nodes, {"s": np.float32(0.02)}, SHAPE)).nodes
    assert isinstance(quant, Quant)
    assert (quant.zero, quant.low, quant.high) == (0, 0, 255)


def test_the_type_can_be_an_attribute() -> None:
    nodes = [
        node("QuantizeLinear", "x s", "q", output_dtype=3),
        node("DequantizeLinear", "q s", "y"),
    ]
    (quant,) = agrees(graph(nodes, {"s": np.float32(0.02)}, SHAPE, opset=21)).nodes
    assert isinstance(quant, Quant)
    assert (quant.low, quant.high) == (-128, 127)


def test_integers_may_move_before_they_are_dequantised() -> None:
    nodes = [
        node("QuantizeLinear", "x s z", "q"),
        node("MaxPool", "q", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "p", "f"),
        node("DequantizeLinear", "f s z", "d"),
        node("MatMul", "d w", "y"),
    ]
    # onnxruntime pools bytes since operator set 12
    agrees(graph(nodes, ACTIVATION | {"w": normal(18, 4)}, SHAPE))


@pytest.mark.parametrize("axis", [0, 1, None])
def test_dense_layers_keep_their_integers(axis: int | None) -> None:
    said: dict[str, Any] = {} if axis is None else {"axis": axis}
    axis = 1 if axis is None else axis
    constants: dict[str, Any] = {
        "wq": integers(90, 4).astype(np.int8) if axis else integers(4, 90).astype(np.int8),
        "ws": WEIGHTS["ws"],
        "wz": WEIGHTS["wz"],
    }
    nodes = [
        node("Flatten", "x", "f"),
        node("DequantizeLinear", "wq ws wz", "w", **said),
        node("Gemm", "f w", "y", transB=1 - axis),
    ]
    model = agrees(graph(nodes, constants, SHAPE))
    (dense,) = model.nodes
    assert isinstance(dense, Dense)
    assert dense.weights.values.dtype == np.int8
    assert dense.weights.bits == 8


def test_weights_that_are_quantised_in_the_graph() -> None:
    constants = {"w": normal(4, 3, 1, 1), "s": np.float32(0.02), "z": np.int8(0)}
    nodes = [
        node("QuantizeLinear", "w s z", "q"),
        node("DequantizeLinear", "q s z", "d"),
        node("Transpose", "d", "t", perm=[0, 1, 3, 2]),
        node("Conv", "x t", "y"),
    ]
    (conv,) = agrees(graph(nodes, constants, SHAPE)).nodes
    assert isinstance(conv, Conv)
    assert conv.weights.bits == 8


def test_unsigned_weights_around_a_zero_point() -> None:
    constants: dict[str, Any] = {
        "wq": integers(4, 3, 1, 1, low=0, high=255).astype(np.uint8),
        "ws": np.float32(0.02),
        "wz": np.uint8(128),
    }
    nodes = [node("DequantizeLinear", "wq ws wz", "w"), node("Conv", "x w", "y")]
    (conv,) = agrees(graph(nodes, constants, SHAPE)).nodes
    assert isinstance(conv, Conv)
    assert np.array_equal(
        conv.weights.values.astype(int).reshape(4, 3),
        constants["wq"].reshape(4, 3).astype(int) - 128,
    )


def test_four_bit_weights() -> None:
    import ml_dtypes

    codes = integers(4, 3, 1, 1, low=-8, high=7).astype(ml_dtypes.int4)
    constants = {"wq": codes, "ws": np.float32(0.02), "wz": np.zeros((), ml_dtypes.int4)}
    nodes = [node("DequantizeLinear", "wq ws wz", "w"), node("Conv", "x w", "y")]
    (conv,) = agrees(graph(nodes, constants, SHAPE, opset=21, ir=10)).nodes
    assert isinstance(conv, Conv)
    assert conv.weights.bits == 4


def test_a_whole_network_that_onnxruntime_quantised() -> None:
    """Shortcut, concatenation, pools and a dense layer, with integers onnxruntime chose."""
    draft = Draft(name="net", shape=(16, 16, 3))
    x = draft.relu("r1", draft.conv("c1", "input", he(16, 3, 3, 3), normal(16), stride=2, pad=1))
    y = draft.relu("r2", draft.conv("c2", x, he(16, 3, 3, 16), pad=1))
    x = draft.add(Add(name="sum", inputs=(x, y), output="sum"))
    x = draft.concat("both", x, draft.conv("c3", x, he(8, 1, 1, 16)))
    x = draft.mean("mean", draft.max_pool("pool", x, kernel=3, stride=2))
    head = float_weights(he(10, 1, 1, 24))
    x = draft.add(Dense(name="fc", inputs=(x,), output="logits", weights=head, bias=normal(10)))
    fp32 = export_onnx(draft.model(x))
    images = np.stack([normal(3, 16, 16, seed=i) for i in range(4)])
    model = agrees(onnx_forms.quantise(fp32, images), tolerance=0.02)
    held = [n.weights for n in model.nodes if isinstance(n, Conv | Dense)]
    assert [w.bits for w in held] == [8] * 4
    assert sum(isinstance(n, Quant) for n in model.nodes) >= 8


def test_onnxruntime_s_own_domain_of_the_two() -> None:
    constants = {"s": np.float32(0.001), "z": np.uint16(32768)}
    nodes = [
        node("QuantizeLinear", "x s z", "q", domain="com.microsoft"),
        node("DequantizeLinear", "q s z", "y", domain="com.microsoft"),
    ]
    (quant,) = agrees(graph(nodes, constants, SHAPE), has_plan=False).nodes
    assert isinstance(quant, Quant)
    assert quant.bits == 16
