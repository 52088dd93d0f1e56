"""A small float network with every operator that is converted, its input and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

SHAPE = (1, 3, 20, 22)
CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class Small:
    """The network as ONNX, one input and what onnxruntime makes of it."""

    onnx: bytes
    input: bytes
    expected: bytes


@cache
def small() -> Small:
    """Return it; always the same."""
    import onnxruntime

    rng = np.random.default_rng(5)
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, *shape: int) -> str:
        scale = 1.5 / np.sqrt(np.prod(shape[1:]))
        array = (rng.standard_normal(shape) * scale).astype(np.float32)
        constants.append(numpy_helper.from_array(array, name))
        return name

    def node(op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [output], name=f"n_{output}", **attributes))
        return output

    def conv(name: str, source: str, shape: tuple[int, int, int, int], **attributes: Any) -> str:
        parts = [source, constant(f"{name}.w", *shape), constant(f"{name}.b", shape[0])]
        return node("Conv", parts, name, **attributes)

    # odd on purpose: a flat kernel, another stride each way, another pad on each side
    x = conv("stem", "x", (8, 3, 5, 3), strides=[2, 1], pads=[1, 2, 3, 0])
    x = node("Relu", [x], "stem.relu")
    x = node("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    one = node("Relu", [conv("one", x, (4, 8, 1, 1))], "one.relu")
    three = conv("three", x, (4, 8, 3, 3), pads=[1, 1, 1, 1])
    x = node("Concat", [one, three], "both", axis=1)
    y = conv("again", x, (8, 8, 3, 3), pads=[1, 1, 1, 1])
    x = node("Relu", [node("Add", [x, y], "sum")], "sum.relu")
    x = node(
        "MaxPool", [conv("down", x, (6, 8, 3, 3), strides=[2, 2])], "valid", kernel_shape=[2, 1]
    )
    x = node("Identity", [x], "same")
    # read twice, once by who cannot join it
    x = node("Add", [node("Relu", [x], "late"), x], "late.sum")
    x = node("GlobalAveragePool", [x], "mean")
    x = node("Flatten", [x], "row")
    weights = [constant("fc.w", CLASSES, 6), constant("fc.b", CLASSES)]
    node("Gemm", [x, *weights], "y", transB=1)
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, CLASSES])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data = bytes(model.SerializeToString())
    given = rng.standard_normal(SHAPE).astype("<f4")
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    made = session.run(None, {"x": given})[0]
    return Small(onnx=data, input=given.tobytes(), expected=made.astype("<f4").tobytes())


def error_ppm(made: bytes) -> float:
    """The largest difference to the answer, in millionths of its largest value."""
    got, want = np.frombuffer(made, "<f4"), np.frombuffer(small().expected, "<f4")
    return float(np.abs(got - want).max() / np.abs(want).max() * 1e6)
