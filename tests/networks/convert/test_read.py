"""Steps from ONNX: what is joined, and what is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness.errors import NetworkError
from harness.networks.convert.read import read
from harness.networks.convert.steps import Add, Conv, MaxPool, Relu
from tests.runtimes.small import small

KERNEL = np.ones((2, 3, 3, 3), np.float32)


def model(*nodes: Any, shape: tuple[int | str, ...] = (1, 3, 8, 8), out: str = "y") -> bytes:
    """A graph from `x` to `y` with constants k (a kernel) and v (a vector)."""
    constants = [
        numpy_helper.from_array(KERNEL, "k"),
        numpy_helper.from_array(np.ones(3, np.float32), "v"),
    ]
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(made.SerializeToString())


def node(op: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(op, inputs.split(), [output], name=f"the_{op}", **attributes)


def test_relu_is_joined_to_the_only_one_it_reads() -> None:
    steps = {step.output: step for step in read(small().onnx).steps}
    assert isinstance(steps["stem.relu"], Conv)
    assert steps["stem.relu"].relu
    assert isinstance(steps["sum.relu"], Add)
    assert "stem" not in steps
    assert isinstance(steps["late"], Relu)  # what it reads is read by another too


def test_names_that_only_pass_on_are_gone() -> None:
    steps = {step.output: step for step in read(small().onnx).steps}
    assert "same" not in steps
    assert steps["late.sum"].inputs == ("late", "valid")


def test_a_convolution_without_bias_has_zeros() -> None:
    (step,) = read(model(node("Conv", "x k"))).steps
    assert isinstance(step, Conv)
    np.testing.assert_array_equal(step.bias, np.zeros(2))


def test_a_pool_that_rounds_up_to_the_same_is_taken_and_else_refused() -> None:
    pool: dict[str, Any] = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
    (step,) = read(model(node("MaxPool", "x", **pool))).steps
    assert isinstance(step, MaxPool)
    with pytest.raises(NetworkError, match="rounding down"):
        read(model(node("MaxPool", "x", **pool), shape=(1, 3, 7, 7)))


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([node("Sigmoid", "x")], "Sigmoid 'the_Sigmoid' cannot be converted: .* not known"),
        ([node("QuantizeLinear", "x v v", axis=1)], "only float networks"),
        ([node("Conv", "x k", auto_pad="SAME_UPPER")], "auto_pad SAME_UPPER: write the pads"),
        ([node("Relu", "x", "k2"), node("Conv", "x k2")], "'k2' is not a constant"),
        ([node("Add", "x v")], "constant"),
        ([node("Concat", "x x", axis=2)], "only channels"),
        ([node("AveragePool", "x", kernel_shape=[2, 2])], "whole map"),
        ([node("Flatten", "x", axis=2)], "one row an image"),
    ],
)
def test_what_cannot_be_converted_is_named(nodes: list[Any], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        read(model(*nodes))


def test_shapes_must_be_fixed() -> None:
    with pytest.raises(NetworkError, match="a shape is not fixed"):
        read(model(node("Relu", "x"), shape=("n", 3, 8, 8)))
