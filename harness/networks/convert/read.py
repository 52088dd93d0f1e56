"""Reads the steps of a float network from ONNX; an operator it does not know is named and refused.

Taken: Conv, Relu, MaxPool, AveragePool and GlobalAveragePool over the whole map, Add, Concat of
channels, Flatten and its Reshape, Gemm, Identity, Dropout; all shapes fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.convert.steps import (
    Add,
    Concat,
    Conv,
    Dense,
    Flatten,
    MaxPool,
    MeanPool,
    Relu,
    Step,
    Steps,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import onnx
    from numpy.typing import NDArray

QUANTISED = ("QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger")


@dataclass(kw_only=True)
class _Reader:
    """What is known while nodes are read in order."""

    constants: dict[str, NDArray[np.float32]]
    shapes: dict[str, tuple[int, ...]]
    uses: dict[str, int]
    names: dict[str, str] = field(default_factory=dict)  # of values that are only passed on
    steps: dict[str, Step] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.names.get(name, name)

    def constant(self, node: onnx.NodeProto, index: int) -> NDArray[np.float32]:
        name = node.input[index]
        if name not in self.constants:
            raise _refuse(node, f"its input {name!r} is not a constant")
        return self.constants[name]


def read(data: bytes) -> Steps:
    """Return the steps of an ONNX file; NetworkError names what is in the way."""
    import onnx
    from onnx import numpy_helper, shape_inference

    model = shape_inference.infer_shapes(onnx.load_from_string(data))
    graph = model.graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    inputs = [one.name for one in graph.input if one.name not in constants]
    outputs = [one.name for one in graph.output]
    if len(inputs) != 1 or len(outputs) != 1:
        words = f"{len(inputs)} inputs and {len(outputs)} outputs, only one of each is converted"
        raise NetworkError(words, where=graph.name)
    known = [*graph.value_info, *graph.input, *graph.output]
    used = [*(name for node in graph.node for name in node.input), *outputs]
    reader = _Reader(
        constants=constants,
        shapes={one.name: _shape(one) for one in known},
        uses={name: used.count(name) for name in set(used)},
    )
    for node in graph.node:
        _take(reader, node)
    steps = tuple(reader.steps.values())
    return Steps(
        name=graph.name,
        input=inputs[0],
        output=reader.value(outputs[0]),
        steps=steps,
        shapes={name: reader.shapes[name] for name in (inputs[0], *(s.output for s in steps))},
    )


def _shape(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    return tuple(one.dim_value for one in value.type.tensor_type.shape.dim)


def _take(reader: _Reader, node: onnx.NodeProto) -> None:
    if node.op_type in ("Identity", "Dropout"):
        reader.names[node.output[0]] = reader.value(node.input[0])
        return
    make = _MAKERS.get(node.op_type)
    if make is None:
        quantised = node.op_type in QUANTISED
        words = "only float networks are converted" if quantised else "this operator is not known"
        raise _refuse(node, words)
    shapes = [reader.shapes.get(name) for name in (reader.value(node.input[0]), node.output[0])]
    if any(shape is None or 0 in shape for shape in shapes):
        raise _refuse(node, "a shape is not fixed")
    step = make(reader, node)
    if step is not None:
        reader.steps[step.output] = step


def _refuse(node: onnx.NodeProto, words: str) -> NetworkError:
    return NetworkError(
        f"{node.op_type} {node.name or node.output[0]!r} cannot be converted: {words}",
        do=f"operators that can: {', '.join(sorted(_MAKERS))}",
    )


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    from onnx import helper

    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _ends(reader: _Reader, node: onnx.NodeProto, inputs: int = 1) -> dict[str, Any]:
    names = tuple(reader.value(name) for name in node.input[:inputs])
    fixed = next((name for name in names if name in reader.constants), "")
    if fixed:
        raise _refuse(node, f"its input {fixed!r} is a constant")
    return {"inputs": names, "output": node.output[0]}


def _window(reader: _Reader, node: onnx.NodeProto, kernel: tuple[int, int]) -> Window:
    given = _attributes(node)
    if given.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise _refuse(node, f"auto_pad {given['auto_pad'].decode()}: write the pads")
    window = Window(
        kernel=kernel,
        stride=tuple(given.get("strides", (1, 1))),
        pads=tuple(given.get("pads", (0, 0, 0, 0))),
        dilation=tuple(given.get("dilations", (1, 1))),
    )
    source, made = reader.shapes[reader.value(node.input[0])], reader.shapes[node.output[0]]
    if len(source) != 4 or made[2:] != floor_size(source[2:], window):
        raise _refuse(node, f"a map {made[2:]} is not what rounding down gives")
    return window


def floor_size(source: tuple[int, ...], window: Window) -> tuple[int, ...]:
    """Return height and width of what a window makes, rounded down."""
    top, left, bottom, right = window.pads
    reach = ((k - 1) * d + 1 for k, d in zip(window.kernel, window.dilation, strict=True))
    sizes = zip(source, (top + bottom, left + right), reach, window.stride, strict=True)
    return tuple((size + pad - far) // stride + 1 for size, pad, far, stride in sizes)


def _conv(reader: _Reader, node: onnx.NodeProto) -> Step:
    import numpy as np

    weights = reader.constant(node, 1)
    bias = reader.constant(node, 2) if len(node.input) > 2 else np.zeros(len(weights), np.float32)
    return Conv(
        **_ends(reader, node),
        weights=weights,
        bias=bias,
        window=_window(reader, node, (weights.shape[2], weights.shape[3])),
        groups=_attributes(node).get("group", 1),
    )


def _gemm(reader: _Reader, node: onnx.NodeProto) -> Step:
    import numpy as np

    given = _attributes(node)
    if given.get("alpha", 1.0) != 1.0 or given.get("beta", 1.0) != 1.0 or given.get("transA", 0):
        raise _refuse(node, "alpha, beta or transA is set")
    weights = reader.constant(node, 1)
    weights = weights if given.get("transB", 0) else np.ascontiguousarray(weights.T)
    bias = reader.constant(node, 2) if len(node.input) > 2 else np.zeros(len(weights), np.float32)
    return Dense(**_ends(reader, node), weights=weights, bias=bias.reshape(-1))


def _max_pool(reader: _Reader, node: onnx.NodeProto) -> Step:
    kernel = tuple(_attributes(node)["kernel_shape"])
    return MaxPool(**_ends(reader, node), window=_window(reader, node, kernel))


def _average_pool(reader: _Reader, node: onnx.NodeProto) -> Step:
    kernel = tuple(_attributes(node)["kernel_shape"])
    if kernel != reader.shapes[reader.value(node.input[0])][2:]:
        raise _refuse(node, "only the mean of the whole map is converted")
    return MeanPool(**_ends(reader, node))


def _mean_pool(reader: _Reader, node: onnx.NodeProto) -> Step:
    return MeanPool(**_ends(reader, node))


def _relu(reader: _Reader, node: onnx.NodeProto) -> Step | None:
    """Join it to the step before, where nobody else reads that."""
    source = reader.value(node.input[0])
    before = reader.steps.get(source)
    if isinstance(before, Conv | Dense | Add) and reader.uses[source] == 1:
        del reader.steps[source]
        return replace(before, output=node.output[0], relu=True)
    return Relu(**_ends(reader, node))


def _add(reader: _Reader, node: onnx.NodeProto) -> Step:
    ends = _ends(reader, node, 2)
    if len({reader.shapes.get(name) for name in ends["inputs"]}) != 1:
        raise _refuse(node, "its two inputs are not maps of one shape")
    return Add(**ends)


def _concat(reader: _Reader, node: onnx.NodeProto) -> Step:
    if _attributes(node)["axis"] not in (1, -3) or len(reader.shapes[node.output[0]]) != 4:
        raise _refuse(node, "only channels of maps are concatenated")
    return Concat(**_ends(reader, node, len(node.input)))


def _flatten(reader: _Reader, node: onnx.NodeProto) -> Step:
    made, source = reader.shapes[node.output[0]], reader.shapes[reader.value(node.input[0])]
    if len(made) != 2 or made[0] != source[0]:
        raise _refuse(node, f"{source} to {made} is not one row an image")
    return Flatten(**_ends(reader, node))


_MAKERS: dict[str, Callable[[_Reader, onnx.NodeProto], Step | None]] = {
    "Add": _add,
    "AveragePool": _average_pool,
    "Concat": _concat,
    "Conv": _conv,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": _mean_pool,
    "MaxPool": _max_pool,
    "Relu": _relu,
    "Reshape": _flatten,
}
