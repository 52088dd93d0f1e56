from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.networks.models.model import Add, Affine, Clip, Concat
from tests.networks.importing.import_onnx.oracle import agrees, graph, node, normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = [1, 3, 5, 4]


@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div"])
@pytest.mark.parametrize(
    "constant",
    [np.float32(0.7), normal(1), normal(3, 1, 1), normal(1, 3, 1, 1), normal(1, 1, 1, 1)],
    ids=lambda array: "x".join(map(str, np.shape(array))),
)
@pytest.mark.parametrize("inputs", ["x k", "k x"])
def test_constants_per_channel(op: str, constant: NDArray[np.float32], inputs: str) -> None:
    if (op, inputs) == ("Div", "k x"):
        return  # refused, see test_refusals
    model = agrees(graph([node(op, inputs, "y")], {"k": constant}, SHAPE))
    assert [type(n) for n in model.nodes] == [Affine]


def test_constants_that_are_the_same_for_all_pixels() -> None:
    per_channel = np.broadcast_to(normal(1, 3, 1, 1), (1, 3, 5, 4)).copy()
    agrees(graph([node("Mul", "x k", "y")], {"k": per_channel}, SHAPE))
    # behind a Flatten the channels are slowest
    nodes = [node("Flatten", "x", "f"), node("Add", "f k", "y")]
    agrees(graph(nodes, {"k": per_channel.reshape(1, -1)}, SHAPE))


def test_constants_of_maps_whose_channels_come_last() -> None:
    turned = node("Transpose", "x", "t", perm=[0, 2, 3, 1])
    per_channel = np.broadcast_to(normal(3), (1, 5, 4, 3)).copy()
    agrees(graph([turned, node("Mul", "t k", "y")], {"k": per_channel}, SHAPE))
    nodes = [turned, node("Flatten", "t", "f"), node("Add", "f k", "y")]
    agrees(graph(nodes, {"k": per_channel.reshape(1, -1)}, SHAPE))


def test_batch_norm() -> None:
    constants: dict[str, Any] = {
        "g": normal(3),
        "b": normal(3),
        "m": normal(3),
        "v": np.abs(normal(3)) + 0.1,
    }
    op = node("BatchNormalization", "x g b m v", "y", epsilon=0.01)
    for opset, shape in ((9, SHAPE), (13, [1, 3]), (15, SHAPE)):
        agrees(graph([op], constants, shape, opset=opset))


def test_batch_norm_written_out() -> None:
    constants: dict[str, Any] = {
        "m": normal(3, 1, 1),
        "v": np.abs(normal(3, 1, 1)),
        "e": np.float32(1e-3),
    }
    constants |= {"half": np.float32(0.5), "g": normal(3, 1, 1), "b": normal(3, 1, 1)}
    nodes = [
        node("Sub", "x m", "centred"),
        node("Add", "v e", "spread"),
        node("Pow", "spread half", "deviation"),
        node("Div", "centred deviation", "normed"),
        node("Mul", "normed g", "scaled"),
        node("Add", "scaled b", "y"),
    ]
    model = agrees(graph(nodes, constants, SHAPE))
    assert {type(n) for n in model.nodes} == {Affine}


@pytest.mark.parametrize(
    ("op", "inputs", "attributes", "opset"),
    [
        ("Relu", "x", {}, 13),
        ("Clip", "x", {"min": -0.5, "max": 0.25}, 9),
        ("Clip", "x", {}, 9),
        ("Clip", "x low high", {}, 11),
        ("Clip", "x - high", {}, 13),
        ("Clip", "x low", {}, 13),
        ("Max", "x low", {}, 13),
        ("Min", "high x", {}, 13),
    ],
)
def test_clips(op: str, inputs: str, attributes: dict[str, Any], opset: int) -> None:
    limits: dict[str, Any] = {"low": np.float32(-0.25), "high": np.float32(0.5)}
    data = graph([node(op, inputs, "y", **attributes)], limits, SHAPE, opset=opset)
    assert [type(n) for n in agrees(data).nodes] == [Clip]


@pytest.mark.parametrize("op", ["Add", "Sum"])
def test_sums_of_maps(op: str) -> None:
    nodes = [node("Relu", "x", "r"), node("Mul", "x k", "m"), node(op, "r m", "y")]
    model = agrees(graph(nodes, {"k": np.float32(3)}, SHAPE))
    assert isinstance(model.nodes[-1], Add)


@pytest.mark.parametrize("axis", [1, -3])
def test_concatenation(axis: int) -> None:
    nodes = [node("Relu", "x", "r"), node("Concat", "x r x", "y", axis=axis)]
    model = agrees(graph(nodes, {}, SHAPE))
    assert isinstance(model.nodes[-1], Concat)
    assert model.shapes[model.output] == (5, 4, 9)
    agrees(graph(nodes, {}, [1, 1, 5, 4]))


def test_what_changes_nothing_is_no_node() -> None:
    nodes = [
        node("Identity", "x", "a"),
        node("Dropout", "a", "b"),
        node("Cast", "b", "c", to=1),
        node("Relu", "c", "d"),
        node("Softmax", "d", "y", axis=1),
    ]
    model = agrees(graph(nodes[:-1], {}, SHAPE))
    assert [type(n) for n in model.nodes] == [Clip]
    from harness.networks.importing.import_onnx import import_onnx

    ended = import_onnx(graph(nodes, {}, SHAPE), name="net")
    assert "my Softmax" in ended.notes["left_out"]
    assert len(ended.nodes) == 1


def test_branches_that_lead_nowhere_are_not_looked_at() -> None:
    nodes = [node("NonMaxSuppression", "x", "dead"), node("Relu", "x", "y")]
    data = graph(nodes, {}, SHAPE)
    agrees(data, reference=graph(nodes[1:], {}, SHAPE))
