"""Shapes that move, and dense layers behind them, as PyTorch, Keras and hand-written files do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.networks.importing.import_onnx import import_onnx
from harness.networks.models.model import Conv, Dense
from tests.networks.importing.import_onnx.oracle import agrees, graph, node, normal

SHAPE = [1, 3, 5, 4]
DENSE = {"w": normal(60, 7), "t": normal(7, 60), "b": normal(7)}


@pytest.mark.parametrize(
    ("op", "inputs", "attributes"),
    [
        ("Gemm", "f w", {}),
        ("Gemm", "f t b", {"transB": 1}),
        ("Gemm", "f w b", {"alpha": 0.5, "beta": 2.0}),
        ("MatMul", "f w", {}),
    ],
)
def test_dense_layers_read_flattened_maps(op: str, inputs: str, attributes: dict[str, Any]) -> None:
    nodes = [node("Flatten", "x", "f"), node(op, inputs, "y", **attributes)]
    model = agrees(graph(nodes, DENSE, SHAPE))
    (dense,) = model.nodes
    assert isinstance(dense, Dense)
    assert dense.weights.values.shape == (7, 5, 4, 3)


def test_dense_layers_in_a_row() -> None:
    constants: dict[str, Any] = DENSE | {"v": normal(7, 4), "c": normal(1, 4)}
    nodes = [
        node("Flatten", "x", "f"),
        node("MatMul", "f w", "m"),
        node("Add", "m b", "a"),
        node("Relu", "a", "r"),
        node("Gemm", "r v c", "y"),
    ]
    agrees(graph(nodes, constants, SHAPE))


@pytest.mark.parametrize("batch", ["N", None, 1])
def test_pytorch_s_arithmetic_on_shapes(batch: str | int | None) -> None:
    """view(x.size(0), -1) as exporters before constant folding wrote it."""
    constants: dict[str, Any] = DENSE | {"zero": np.array(0)}
    nodes = [
        node("Shape", "x", "s"),
        node("Gather", "s zero", "n", axis=0),
        node("Constant", "", "m", value_int=-1) if batch == 1 else _minus_one(),
        node("Unsqueeze", "n", "n1", axes=[0]),
        node("Unsqueeze", "m", "m1", axes=[0]),
        node("Concat", "n1 m1", "target", axis=0),
        node("Reshape", "x target", "f"),
        node("Gemm", "f t b", "y", transB=1),
    ]
    opset = 12 if batch == 1 else 9
    agrees(graph(nodes, constants, [batch, 3, 5, 4], opset=opset))


def _minus_one() -> Any:
    from onnx import numpy_helper

    return node("Constant", "", "m", value=numpy_helper.from_array(np.array(-1)))


def test_slices_of_shapes_and_casts() -> None:
    constants: dict[str, Any] = DENSE | {
        "a": np.array([0]),
        "b1": np.array([1]),
        "rest": np.array([-1]),
    }
    nodes = [
        node("Shape", "x", "s"),
        node("Slice", "s a b1", "n"),
        node("Cast", "n", "nf", to=1),
        node("Cast", "nf", "ni", to=7),
        node("Concat", "ni rest", "target", axis=0),
        node("Reshape", "x target", "f"),
        node("MatMul", "f w", "y"),
    ]
    agrees(graph(nodes, constants, ["batch", 3, 5, 4]))


def test_keras_goes_from_channels_last_to_first_and_back() -> None:
    constants: dict[str, Any] = {"w": normal(4, 3, 3, 3), "v": normal(80, 6)}
    nodes = [
        node("Mul", "x k", "scaled"),
        node("Transpose", "scaled", "chw", perm=[0, 3, 1, 2]),
        node("Conv", "chw w", "c", pads=[1, 1, 1, 1]),
        node("Transpose", "c", "hwc", perm=[0, 2, 3, 1]),
        node("Add", "hwc last", "added"),
        node("Reshape", "added target", "f"),
        node("MatMul", "f v", "y"),
    ]
    constants |= {"k": np.float32(1 / 3), "last": normal(4), "target": np.array([-1, 80])}
    model = agrees(graph(nodes, constants, [None, 5, 4, 3]))
    assert model.shapes["x"] == (5, 4, 3)
    assert model.notes["input_layout"] == "n h w c"
    # channels are fastest already, so the weights stay in their order
    dense = model.nodes[-1]
    assert isinstance(dense, Dense)
    assert np.array_equal(dense.weights.values.reshape(6, -1), constants["v"].T)


def test_a_product_over_the_channels_of_a_map_is_a_convolution() -> None:
    nodes = [node("Transpose", "x", "hwc", perm=[0, 2, 3, 1]), node("MatMul", "hwc w", "y")]
    model = agrees(graph(nodes, {"w": normal(3, 6)}, SHAPE))
    assert isinstance(model.nodes[-1], Conv)
    assert model.notes["output_layout"] == "n h w c"


@pytest.mark.parametrize(
    "target", [[1, 60], [1, -1], [0, -1], [-1, 60], [1, 1, 60], [1, 3, 20], [60]]
)
def test_reshapes_that_only_join(target: list[int]) -> None:
    nodes = [node("Reshape", "x t", "f"), node("Relu", "f", "y")]
    agrees(graph(nodes, {"t": np.array(target)}, SHAPE))


def test_axes_of_one_come_and_go() -> None:
    weights = {"w": normal(3, 6), "k": normal(2, 6, 1, 1), "t": np.array([2, 3])}
    nodes = [
        node("GlobalAveragePool", "x", "p"),
        node("Squeeze", "p t", "s"),
        node("MatMul", "s w", "m"),
        node("Unsqueeze", "m t", "u"),
        node("Conv", "u k", "c"),
        node("Flatten", "c", "y"),
    ]
    agrees(graph(nodes, weights, SHAPE))


def test_a_flat_input_that_becomes_an_image() -> None:
    nodes = [node("Reshape", "x t", "i"), node("Conv", "i w", "y")]
    constants: dict[str, Any] = {"t": np.array([-1, 3, 5, 4]), "w": normal(2, 3, 3, 3)}
    model = agrees(graph(nodes, constants, ["n", 60]))
    assert model.shapes["x"] == (5, 4, 3)
    assert model.notes["input_layout"] == "n chw"


def test_flat_inputs_and_images_without_channels() -> None:
    agrees(graph([node("MatMul", "x w", "y")], DENSE, [1, 60]))
    nodes = [node("Flatten", "x", "f"), node("MatMul", "f w", "y")]
    agrees(graph(nodes, DENSE, [1, 6, 10]))


@pytest.mark.parametrize("opset", range(7, 23))
def test_operator_sets(opset: int) -> None:
    nodes = [
        node("Conv", "x w", "c", pads=[1, 1, 1, 1]),
        node("Relu", "c", "r"),
        node("MaxPool", "r", "p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", "p", "f"),
        node("Gemm", "f v b", "y"),
    ]
    constants: dict[str, Any] = {"w": normal(4, 3, 3, 3), "v": normal(16, 5), "b": normal(5)}
    model = agrees(graph(nodes, constants, SHAPE, opset=opset), rounds=1)
    assert model.notes["source"] == f"ONNX, opset {opset}"


def test_constants_among_the_inputs_and_their_notes() -> None:
    nodes = [node("Flatten", "x", "f"), node("MatMul", "f w", "y")]
    data = graph(nodes, DENSE, SHAPE, repeat=True, ir=3, opset=9)
    model = agrees(data)
    assert len(model.notes["sha256"]) == 64
    assert model.notes["producer"] == "test"
    assert model.notes["importer"].startswith("import_onnx ")


def test_names_need_not_be_there_nor_differ() -> None:
    nodes = [node("Relu", "x", "a"), node("Relu", "a", "b"), node("Relu", "b", "y")]
    nodes[2].name = ""
    model = import_onnx(graph(nodes, {}, SHAPE), name="net")
    assert len({n.name for n in model.nodes}) == 3
