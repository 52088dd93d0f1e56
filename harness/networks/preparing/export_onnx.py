"""A float model as ONNX bytes, so that other runtimes run the very same network.

NCHW, opset 13, IR 8, one fixed batch, the same bytes for the same model. An output of one pixel
leaves as [batch, channels]. Batch norms stay nodes of their own: what a runtime folds is its skill.
Quantised models are refused: runtimes have their own ways to quantise.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Window,
)
from harness.networks.plans.graph import Border

if TYPE_CHECKING:
    import numpy as np
    import onnx
    from numpy.typing import NDArray

    from harness.networks.models.model import Model, Node, Weights

OPSET = 13
IR_VERSION = 8
# epsilon + variance are 1 in single precision, so that the batch norm multiplies by its scale only
_EPSILON = 1e-5


def export_onnx(model: Model, *, batch: int = 1) -> bytes:
    """Return `model` as ONNX; NetworkError for a node that plain fp32 ONNX cannot say."""
    import onnx
    from onnx import helper

    writer = _Writer(model)
    for node in model.nodes:
        writer.node(node)
    h, w, c = model.shapes[model.output]
    flat = (h, w) == (1, 1)
    if flat and not writer.is_flat(model.output):
        writer.op("Flatten", [writer.map_of(model.output)], model.output)
    kind = onnx.TensorProto.FLOAT
    height, width, channels = model.shapes[model.input]
    graph = helper.make_graph(
        writer.nodes,
        model.name,
        [helper.make_tensor_value_info(model.input, kind, [batch, channels, height, width])],
        [
            helper.make_tensor_value_info(
                model.output, kind, [batch, c] if flat else [batch, c, h, w]
            )
        ],
        writer.constants,
    )
    return finish(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)]))


def finish(model: onnx.ModelProto) -> bytes:
    """Check `model` and return its bytes, without a word of who made them."""
    import onnx

    model.ir_version = IR_VERSION
    model.producer_name = "harness"
    model.producer_version = ""
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


class _Writer:
    """Collects ONNX nodes and constants; a value of the model keeps its name."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.flat: set[str] = set()  # values that are [batch, c], not maps
        self.taken = {model.input} | {node.output for node in model.nodes}
        # an output of one pixel leaves flat; as a map it needs a name of its own
        last = model.output if model.shapes[model.output][:2] == (1, 1) else None
        self.maps = {} if last is None else {last: self.fresh(f"{last}.map")}

    def fresh(self, name: str) -> str:
        """Return `name`, or one like it where a value has that name already."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def is_flat(self, value: str) -> bool:
        """Say whether `value` has been written as [batch, c]."""
        return value in self.flat

    def map_of(self, value: str) -> str:
        """Return the ONNX name of a value in its form as a map."""
        return self.maps.get(value, value)

    def op(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:  # noqa: ANN401 - ONNX's own
        from onnx import helper

        made = helper.make_node(kind, inputs, [output], name=output, **attributes)
        self.nodes.append(made)
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        import numpy as np
        from onnx import numpy_helper

        free = self.fresh(name)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), free))
        return free

    def node(self, node: Node) -> None:
        """Append what carries out `node`."""
        inputs, output = [self.map_of(value) for value in node.inputs], self.map_of(node.output)
        if isinstance(node, Conv):
            self.conv(node, inputs[0], output)
        elif isinstance(node, Dense):
            self.dense(node, inputs[0], output)
        elif isinstance(node, Affine):
            self.affine(node, inputs[0], output)
        elif isinstance(node, MaxPool | AvgPool):
            self.pool(node, inputs[0], output)
        elif isinstance(node, Clip):
            self.clip(node, inputs[0], output)
        elif isinstance(node, Add):
            self.op("Add", inputs, output)
        elif isinstance(node, Concat):
            self.op("Concat", inputs, output, axis=1)
        else:
            raise NetworkError(
                f"{node.name} ({type(node).__name__}) has no form in plain fp32 ONNX",
                where=self.model.name,
                do="export the float model, and let the runtime quantise it",
            )

    def conv(self, node: Conv, source: str, output: str) -> None:
        window = node.window
        outside = {Border.PLUS_ONE: 1.0, Border.MINUS_ONE: -1.0}
        if any(window.pads) and node.border is not Border.ZERO:
            value = outside.get(node.border, 0.0)
            edge = node.border is Border.REPLICATE
            source = self.pad(node.name, source, window, None if edge else value)
            window = Window(kernel=window.kernel, stride=window.stride)
        kernel = _values(node.weights, node).transpose(0, 3, 1, 2)
        inputs = [source, self.constant(f"{node.name}.weight", kernel)]
        if node.bias.any():
            inputs.append(self.constant(f"{node.name}.bias", node.bias))
        self.op("Conv", inputs, output, group=node.groups, **_window(window))

    def pad(self, name: str, source: str, window: Window, value: float | None) -> str:
        import numpy as np

        top, left, bottom, right = window.pads
        pads = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
        inputs = [source, self.constant(f"{name}.pads", pads)]
        if value is None:
            return self.op("Pad", inputs, self.fresh(f"{name}.padded"), mode="edge")
        inputs.append(self.constant(f"{name}.outside", np.array(value, np.float32)))
        return self.op("Pad", inputs, self.fresh(f"{name}.padded"), mode="constant")

    def dense(self, node: Dense, source: str, output: str) -> None:
        weights = _values(node.weights, node)
        # the flattened map is [c, h, w] there
        rows = weights.transpose(0, 3, 1, 2).reshape(len(weights), -1)
        flat = self.op("Flatten", [source], self.fresh(f"{node.name}.flat"))
        inputs = [flat, self.constant(f"{node.name}.weight", rows)]
        inputs.append(self.constant(f"{node.name}.bias", node.bias))
        if node.output in self.maps:
            self.flat.add(node.output)
            self.op("Gemm", inputs, node.output, transB=1)
            return
        made = self.op("Gemm", inputs, self.fresh(f"{node.name}.gemm"), transB=1)
        self.op("Unsqueeze", [made, self.pixel_axes], output)

    @cached_property
    def pixel_axes(self) -> str:
        """The name of the constant that makes [batch, c] a map again."""
        import numpy as np

        return self.constant("pixel.axes", np.array([2, 3], np.int64))

    def affine(self, node: Affine, source: str, output: str) -> None:
        import numpy as np

        ones = np.ones_like(node.scale)
        columns = {
            "scale": node.scale,
            "bias": node.bias,
            "mean": ones * 0,
            "variance": ones - np.float32(_EPSILON),
        }
        inputs = [self.constant(f"{node.name}.{part}", held) for part, held in columns.items()]
        self.op("BatchNormalization", [source, *inputs], output, epsilon=_EPSILON)

    def pool(self, node: MaxPool | AvgPool, source: str, output: str) -> None:
        whole = node.window.kernel == self.model.shapes[node.inputs[0]][:2]
        whole = whole and not any(node.window.pads)
        if isinstance(node, MaxPool):
            extra = {"ceil_mode": 1} if node.window.ceil else {}
            self.op("MaxPool", [source], output, **_window(node.window), **extra)
        elif whole:
            self.op("GlobalAveragePool", [source], output)
        else:
            extra = {"ceil_mode": 1} if node.window.ceil else {}
            extra |= {"count_include_pad": 1} if node.count_outside else {}
            self.op("AveragePool", [source], output, **_window(node.window), **extra)

    def clip(self, node: Clip, source: str, output: str) -> None:
        import numpy as np

        if (node.low, node.high) == (0.0, math.inf):
            self.op("Relu", [source], output)
            return
        limits = [
            self.constant(f"{node.name}.{part}", np.array(limit, np.float32))
            if math.isfinite(limit)
            else ""
            for part, limit in (("low", node.low), ("high", node.high))
        ]
        self.op("Clip", [source, *limits] if limits[1] else [source, *limits[:1]], output)


def _values(weights: Weights, node: Node) -> NDArray[np.float32]:
    """Return float weights; integers are multiplied out, which is exact."""
    import numpy as np

    scale = weights.scale.reshape(-1, *(1,) * (weights.values.ndim - 1))
    made = weights.values.astype(np.float32) * scale
    if not np.isfinite(made).all():
        raise NetworkError(f"{node.name} has weights that are no numbers")
    return made


def _window(window: Window) -> dict[str, list[int]]:
    made = {"kernel_shape": list(window.kernel), "strides": list(window.stride)}
    return made | ({"pads": list(window.pads)} if any(window.pads) else {})
