"""Writes a float network as a .tflite file: channels innermost, so that no step turns a map.

The numbers of operators, options and slots are those of the TensorFlow Lite schema, version 3. The
input is [n, h, w, c]: whoever feeds it turns the picture once, before anything is timed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.convert.flatbuffer import Table, Value, boolean, encode, i8, i32, u8, u32
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
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

VERSION, IDENTIFIER = 3, b"TFL3"
# builtin operators, and the kind of their options in the union
ADD, CONCATENATION, CONV_2D, DEPTHWISE, DENSE, MAX_POOL, RELU, RESHAPE, PAD, MEAN, PADV2 = (
    *(0, 2, 3, 4, 9, 17, 19, 22, 34, 40, 60),
)
_OPTIONS = {ADD: 11, CONCATENATION: 10, CONV_2D: 1, DENSE: 8, MAX_POOL: 5, MEAN: 27, RESHAPE: 17}
_OPTIONS |= {PAD: 22, PADV2: 43}
_SAME, _VALID = 0, 1
_FLOAT32, _INT32 = 0, 2


@dataclass(kw_only=True)
class _Writer:
    """Tensors, buffers and operators so far; buffer 0 is the empty one, by convention."""

    shapes: Mapping[str, tuple[int, ...]]
    tensors: list[Table] = field(default_factory=list)
    buffers: list[Table] = field(default_factory=lambda: [Table({})])
    operators: list[Table] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    indices: dict[str, int] = field(default_factory=dict)

    def tensor(self, name: str, shape: tuple[int, ...], kind: int, buffer: int = 0) -> int:
        fields: dict[int, Value] = {0: list(shape), 1: i8(kind), 2: u32(buffer), 3: name}
        self.tensors.append(Table(fields))
        self.indices[name] = len(self.tensors) - 1
        return self.indices[name]

    def value(self, name: str) -> int:
        """A value of the network, known by its name; maps have their channels last."""
        if name in self.indices:
            return self.indices[name]
        return self.tensor(name, turned(self.shapes[name]), _FLOAT32)

    def constant(self, array: NDArray[np.float32] | NDArray[np.int32]) -> int:
        kind = _FLOAT32 if array.dtype.kind == "f" else _INT32
        data = array.astype("<f4" if kind == _FLOAT32 else "<i4").tobytes()
        self.buffers.append(Table({0: data}))
        name = f"constant{len(self.buffers)}"
        return self.tensor(name, array.shape, kind, len(self.buffers) - 1)

    def operator(
        self, code: int, inputs: list[int], output: int, options: Mapping[int, Value]
    ) -> None:
        if code not in self.codes:
            self.codes.append(code)
        fields: dict[int, Value] = {0: u32(self.codes.index(code)), 1: inputs, 2: [output]}
        if code in _OPTIONS:
            fields |= {3: u8(_OPTIONS[code]), 4: Table(options)}
        self.operators.append(Table(fields))


def turned(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a map with its channels last; a row stays what it is."""
    return (shape[0], *shape[2:], shape[1]) if len(shape) == 4 else shape


def write(network: Steps) -> dict[str, bytes]:
    """Return the file; NetworkError for what it cannot say."""
    writer = _Writer(shapes=network.shapes)
    first = writer.value(network.input)
    for step in network.steps:
        _WRITERS[type(step)](writer, step)
    graph = Table(
        {
            0: writer.tensors,
            1: [first],
            2: [writer.value(network.output)],
            3: writer.operators,
            4: network.name,
        }
    )
    codes = [Table({0: i8(code), 2: i32(1), 3: i32(code)}) for code in writer.codes]
    root = Table({0: u32(VERSION), 1: codes, 2: [graph], 3: "harness", 4: writer.buffers})
    return {"tflite": encode(root, IDENTIFIER)}


def _padded(writer: _Writer, source: str, window: Window, *, lowest: bool) -> tuple[int, int]:
    """Return the tensor a window moves over, and the kind of padding that is left for it to do.

    The format knows two kinds of its own; every other border is a step of its own before it.
    """
    import numpy as np

    if not any(window.pads):
        return writer.value(source), _VALID
    if window.pads == _same(writer.shapes[source][2:], window):
        return writer.value(source), _SAME
    top, left, bottom, right = window.pads
    batch, height, width, channels = turned(writer.shapes[source])
    shape = (batch, height + top + bottom, width + left + right, channels)
    name = f"{source}.padded{len(writer.operators)}"
    border = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
    inputs = [writer.value(source), writer.constant(border)]
    if lowest:
        inputs.append(writer.constant(np.array([np.finfo(np.float32).min], np.float32)))
    made = writer.tensor(name, shape, _FLOAT32)
    writer.operator(PADV2 if lowest else PAD, inputs, made, {})
    return made, _VALID


def _same(source: tuple[int, ...], window: Window) -> tuple[int, ...]:
    """Return the pads that `SAME` stands for here: what is odd goes below and right."""
    both = []
    for size, kernel, stride, dilation in zip(
        source, window.kernel, window.stride, window.dilation, strict=True
    ):
        reach = (kernel - 1) * dilation + 1
        both.append(max(0, (-(-size // stride) - 1) * stride + reach - size))
    top, left = (pad // 2 for pad in both)
    return (top, left, both[0] - top, both[1] - left)


def _conv(writer: _Writer, step: Conv) -> None:
    import numpy as np

    if step.groups != 1:
        words = f"a convolution {step.output!r} in {step.groups} groups"
        raise NetworkError(f"{words} is not written for LiteRT")
    source, padding = _padded(writer, step.inputs[0], step.window, lowest=False)
    kernel = writer.constant(np.ascontiguousarray(step.weights.transpose(0, 2, 3, 1)))
    window = step.window
    options = {
        0: i8(padding),
        1: i32(window.stride[1]),
        2: i32(window.stride[0]),
        3: i8(step.relu),
        4: i32(window.dilation[1]),
        5: i32(window.dilation[0]),
    }
    inputs = [source, kernel, writer.constant(step.bias)]
    writer.operator(CONV_2D, inputs, writer.value(step.output), options)


def _dense(writer: _Writer, step: Dense) -> None:
    constants = [writer.constant(step.weights), writer.constant(step.bias)]
    inputs = [writer.value(step.inputs[0]), *constants]
    writer.operator(DENSE, inputs, writer.value(step.output), {0: i8(step.relu)})


def _max_pool(writer: _Writer, step: MaxPool) -> None:
    window = step.window
    source, padding = _padded(writer, step.inputs[0], window, lowest=True)
    options = {
        0: i8(padding),
        1: i32(window.stride[1]),
        2: i32(window.stride[0]),
        3: i32(window.kernel[1]),
        4: i32(window.kernel[0]),
    }
    writer.operator(MAX_POOL, [source], writer.value(step.output), options)


def _mean_pool(writer: _Writer, step: Step) -> None:
    import numpy as np

    axes = writer.constant(np.array([1, 2], np.int32))
    inputs = [writer.value(step.inputs[0]), axes]
    writer.operator(MEAN, inputs, writer.value(step.output), {0: boolean(True)})


def _relu(writer: _Writer, step: Step) -> None:
    writer.operator(RELU, [writer.value(step.inputs[0])], writer.value(step.output), {})


def _add(writer: _Writer, step: Step) -> None:
    inputs = [writer.value(name) for name in step.inputs]
    writer.operator(ADD, inputs, writer.value(step.output), {0: i8(step.relu)})


def _concat(writer: _Writer, step: Step) -> None:
    inputs = [writer.value(name) for name in step.inputs]
    writer.operator(CONCATENATION, inputs, writer.value(step.output), {0: i32(3)})


def _flatten(writer: _Writer, step: Step) -> None:
    import numpy as np

    source = writer.shapes[step.inputs[0]]
    if len(source) == 4 and source[2:] != (1, 1):
        words = f"{step.output!r} flattens a map {source[2:]}, whose values lie in another order"
        raise NetworkError(f"{words} in LiteRT: only a map of one pixel is converted")
    shape = list(writer.shapes[step.output])
    inputs = [writer.value(step.inputs[0]), writer.constant(np.array(shape, np.int32))]
    writer.operator(RESHAPE, inputs, writer.value(step.output), {0: shape})


# each takes the kind of step it stands for
_WRITERS: dict[type[Step], Callable[[_Writer, Any], None]] = {
    Add: _add,
    Concat: _concat,
    Conv: _conv,
    Dense: _dense,
    Flatten: _flatten,
    MaxPool: _max_pool,
    MeanPool: _mean_pool,
    Relu: _relu,
}
