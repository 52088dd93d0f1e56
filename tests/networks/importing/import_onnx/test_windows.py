from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.networks.models.model import AvgPool, Conv, MaxPool
from harness.networks.plans.graph import Border
from tests.networks.importing.import_onnx.oracle import agrees, graph, node, normal

SHAPE = [1, 3, 9, 8]
KERNEL = {"w": normal(4, 3, 3, 2), "b": normal(4)}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"strides": [2, 1]},
        {"pads": [1, 0, 2, 1]},
        {"auto_pad": "SAME_UPPER", "strides": [2, 3]},
        {"auto_pad": "SAME_LOWER", "strides": [2, 3]},
        {"auto_pad": "SAME_UPPER"},
        {"auto_pad": "SAME_LOWER"},
        {"auto_pad": "VALID", "kernel_shape": [3, 2]},
        {"auto_pad": "NOTSET", "pads": [1, 1, 1, 1], "group": 1, "dilations": [1, 1]},
    ],
)
@pytest.mark.parametrize("bias", ["", " b"])
def test_convolutions(attributes: dict[str, Any], bias: str) -> None:
    agrees(graph([node("Conv", "x w" + bias, "y", **attributes)], KERNEL, SHAPE))


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("include", [0, 1])
@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": [2, 2]},
        {"strides": [2, 2], "ceil_mode": 1},
        {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        {"strides": [3, 2], "pads": [0, 1, 1, 0]},
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
    ],
)
def test_pools(op: str, include: int, attributes: dict[str, Any]) -> None:
    attributes = attributes | {"kernel_shape": [3, 2]}
    if op == "AveragePool":
        attributes["count_include_pad"] = include
    # pads of a MaxPool must not win: everything is negative
    shifted = [node("Sub", "x five", "s"), node(op, "s", "y", **attributes)]
    model = agrees(graph(shifted, {"five": np.float32(5)}, SHAPE))
    pool = model.nodes[-1]
    assert isinstance(pool, MaxPool | AvgPool)
    assert pool.window.ceil == ("ceil_mode" in attributes)


def test_averages_that_count_what_no_runtime_agrees_on_are_refused() -> None:
    attributes: dict[str, Any] = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1]}
    attributes |= {"ceil_mode": 1, "count_include_pad": 1}
    refused = graph([node("AveragePool", "x", "y", **attributes)], {}, SHAPE)
    with pytest.raises(Exception, match=r"my AveragePool.*no two runtimes"):
        agrees(refused)


@pytest.mark.parametrize(
    ("op", "attributes", "opset"),
    [
        ("GlobalAveragePool", {}, 13),
        ("ReduceMean", {"axes": [2, 3]}, 13),
        ("ReduceMean", {"axes": [-1, -2], "keepdims": 0}, 11),
        ("ReduceMean", {"axes": [3], "keepdims": 1}, 9),
    ],
)
def test_means(op: str, attributes: dict[str, Any], opset: int) -> None:
    agrees(graph([node(op, "x", "y", **attributes)], {}, SHAPE, opset=opset))


def test_axes_of_a_mean_can_be_an_input() -> None:
    axes = {"axes": np.array([2, 3])}
    agrees(graph([node("ReduceMean", "x axes", "y", keepdims=0)], axes, SHAPE, opset=18))


@pytest.mark.parametrize(
    ("mode", "value", "border"),
    [
        ("constant", 0.0, Border.ZERO),
        ("constant", 1.0, Border.PLUS_ONE),
        ("constant", -1.0, Border.MINUS_ONE),
        ("edge", None, Border.REPLICATE),
    ],
)
def test_padding_joins_the_next_convolution(mode: str, value: float | None, border: Border) -> None:
    constants: dict[str, Any] = KERNEL | {"p": np.array([0, 0, 1, 2, 0, 0, 3, 1])}
    inputs = "x p"
    if value is not None:
        constants["v"] = np.array(value, np.float32)
        inputs += " v"
    nodes = [
        node("Pad", inputs, "padded", mode=mode),
        node("Conv", "padded w b", "y", strides=[2, 2]),
    ]
    # the last window sees nothing of the map: no plan has that
    model = agrees(graph(nodes, constants, SHAPE), has_plan=False)
    (conv,) = model.nodes
    assert isinstance(conv, Conv)
    assert (conv.border, conv.window.pads) == (border, (1, 2, 3, 1))


def test_padding_adds_to_a_convolution_s_own() -> None:
    nodes = [
        node("Pad", "x", "padded", pads=[0, 0, 1, 0, 0, 0, 0, 2], value=0.0, mode="constant"),
        node("Conv", "padded w", "y", pads=[1, 1, 1, 1]),
    ]
    agrees(graph(nodes, KERNEL, SHAPE, opset=9), has_plan=False)


def test_padding_joins_pools() -> None:
    pads = {"p": np.array([0, 0, 1, 1, 0, 0, 1, 1])}
    # Keras pads after a ReLU, where zeros never win
    nodes = [
        node("Relu", "x", "r"),
        node("Pad", "r p", "padded"),
        node("MaxPool", "padded", "y", kernel_shape=[3, 3], strides=[2, 2]),
    ]
    agrees(graph(nodes, pads, SHAPE))
    nodes = [
        node("Pad", "x p", "padded"),
        node("AveragePool", "padded", "y", kernel_shape=[3, 3], strides=[2, 2]),
    ]
    model = agrees(graph(nodes, pads, SHAPE))
    assert isinstance(model.nodes[0], AvgPool)
    assert model.nodes[0].count_outside


def test_nothing_padded_is_nothing() -> None:
    nodes = [node("Pad", "x p", "padded"), node("Relu", "padded", "y")]
    agrees(graph(nodes, {"p": np.zeros(8, np.int64)}, SHAPE))
