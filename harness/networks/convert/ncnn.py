"""Writes a float network in ncnn's form: a text of layers (`param`) and their weights (`bin`).

The text is one line a layer: type, name, how many values go in and out, their names, and numbered
settings, as ncnn's documentation of its operators has them. Batch 1; the input value is called
`in`, the output `out`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
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
    from collections.abc import Callable, Iterable, Sequence

    from harness.networks.convert.steps import Floats

MAGIC = 7767517
INPUT, OUTPUT = "in", "out"
_FLOAT32 = bytes(4)  # tag in front of a layer's weights
_RELU, _ROUND_DOWN = 1, 1  # activation_type; pad_mode


@dataclass(kw_only=True)
class _Writer:
    """The lines and weights so far; a value that several read is split, for ncnn takes it once."""

    left: Counter[str]  # readers of a value that have not come yet
    copies: Counter[str]
    names: dict[str, str]
    lines: list[str] = field(default_factory=list)
    weights: list[bytes] = field(default_factory=list)
    values: int = 0

    def put(self, kind: str, sources: Iterable[str], made: Sequence[str], settings: str) -> None:
        read = [self._read(name) for name in sources]
        ends = [len(read), len(made), *read, *made]
        self.lines.append(" ".join(map(str, [kind, f"l{len(self.lines)}", *ends, settings])))
        self.values += len(made)

    def layer(self, kind: str, step: Step, settings: str) -> None:
        name = self.names[step.output]
        self.put(kind, step.inputs, [name], settings.strip())
        readers = self.copies[step.output]
        if readers > 1:
            self.split(name, readers)

    def split(self, name: str, readers: int) -> None:
        made = [f"{name}_{index}" for index in range(readers)]
        self.lines.append(f"Split l{len(self.lines)} 1 {readers} {name} {' '.join(made)}")
        self.values += readers

    def _read(self, value: str) -> str:
        name = self.names[value]
        if self.copies[value] < 2:
            return name
        self.left[value] -= 1
        return f"{name}_{self.left[value]}"

    def floats(self, array: Floats, *, tagged: bool) -> None:
        data = array.astype("<f4").tobytes()
        self.weights.append((_FLOAT32 if tagged else b"") + data)


def write(network: Steps) -> dict[str, bytes]:
    """Return the two files; NetworkError for what ncnn's form cannot say."""
    batch, *rest = network.shapes[network.input]
    if batch != 1 or len(rest) != 3:
        words = f"an input {network.shapes[network.input]}: ncnn takes one map, batch 1"
        raise NetworkError(words, where=network.name)
    uses = Counter(name for step in network.steps for name in step.inputs)
    order = [network.input, *(step.output for step in network.steps)]
    names = {name: f"v{index}" for index, name in enumerate(order)}
    writer = _Writer(
        left=Counter(uses),
        copies=uses,
        names={**names, network.input: INPUT, network.output: OUTPUT},
    )
    channels, height, width = rest
    writer.put("Input", (), [INPUT], f"0={width} 1={height} 2={channels}")
    if uses[network.input] > 1:
        writer.split(INPUT, uses[network.input])
    for step in network.steps:
        _WRITERS[type(step)](writer, step)
    head = [str(MAGIC), f"{len(writer.lines)} {writer.values}"]
    text = "\n".join([*head, *writer.lines]) + "\n"
    return {"param": text.encode("ascii"), "bin": b"".join(writer.weights)}


def _pads(window: Window, keys: tuple[int, int, int, int]) -> str:
    """Left, right, top, bottom under these keys."""
    top, left, bottom, right = window.pads
    sides = zip(keys, (left, right, top, bottom), strict=True)
    return " ".join(f"{key}={value}" for key, value in sides)


def _conv(writer: _Writer, step: Conv) -> None:
    window, (height, width) = step.window, step.window.kernel
    settings = (
        f"0={len(step.weights)} 1={width} 11={height}"
        f" 2={window.dilation[1]} 12={window.dilation[0]}"
        f" 3={window.stride[1]} 13={window.stride[0]} {_pads(window, (4, 15, 14, 16))}"
        f" 5=1 6={step.weights.size}"
    )
    settings += f" 7={step.groups}" if step.groups > 1 else ""
    settings += f" 9={_RELU}" if step.relu else ""
    writer.layer("Convolution" if step.groups == 1 else "ConvolutionDepthWise", step, settings)
    writer.floats(step.weights, tagged=True)
    writer.floats(step.bias, tagged=False)


def _dense(writer: _Writer, step: Dense) -> None:
    settings = f"0={len(step.weights)} 1=1 2={step.weights.size}"
    writer.layer("InnerProduct", step, settings + (f" 9={_RELU}" if step.relu else ""))
    writer.floats(step.weights, tagged=True)
    writer.floats(step.bias, tagged=False)


def _max_pool(writer: _Writer, step: MaxPool) -> None:
    window, (height, width) = step.window, step.window.kernel
    settings = (
        f"0=0 1={width} 11={height} 2={window.stride[1]} 12={window.stride[0]}"
        f" {_pads(window, (3, 14, 13, 15))} 5={_ROUND_DOWN}"
    )
    writer.layer("Pooling", step, settings)


def _mean_pool(writer: _Writer, step: Step) -> None:
    writer.layer("Pooling", step, "0=1 4=1")


def _relu(writer: _Writer, step: Step) -> None:
    writer.layer("ReLU", step, "")


def _add(writer: _Writer, step: Step) -> None:
    if not step.relu:
        writer.layer("BinaryOp", step, "0=0")
        return
    # it has no activation of its own
    name = f"{writer.names[step.output]}_sum"
    writer.put("BinaryOp", step.inputs, [name], "0=0")
    writer.names[name] = name
    writer.layer("ReLU", Relu(inputs=(name,), output=step.output), "")


def _concat(writer: _Writer, step: Step) -> None:
    writer.layer("Concat", step, "0=0")


def _flatten(writer: _Writer, step: Step) -> None:
    writer.layer("Flatten", step, "")


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
