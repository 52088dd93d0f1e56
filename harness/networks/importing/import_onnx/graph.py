"""The walk: nodes that the output needs, in order, each by its handler or refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.importing.import_onnx import (
    dense,
    elements,
    fold,
    ports,
    qonnx,
    quantised,
    shapes,
    windows,
)
from harness.networks.importing.import_onnx.step import Net, Step
from harness.networks.importing.import_onnx.values import Act, Const, layout_words
from harness.networks.models.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import onnx

    from harness.networks.importing.import_onnx.values import Value
    from harness.networks.models.model import Model

    Handler = Callable[[Step], Value]

MAX_NODES = 10_000

# operators that read a map
TAKEN: dict[str, Handler] = {
    "Add": elements.add,
    "AveragePool": windows.avg_pool,
    "BatchNormalization": elements.batch_norm,
    "Clip": elements.clip,
    "Concat": elements.concat,
    "Conv": windows.conv,
    "DequantizeLinear": quantised.dequantise,
    "Div": elements.divide,
    "Dropout": shapes.same,
    "Flatten": shapes.flatten,
    "Gemm": dense.gemm,
    "GlobalAveragePool": windows.global_average,
    "Identity": shapes.same,
    "LogSoftmax": shapes.ending,
    "MatMul": dense.matmul,
    "Max": elements.most,
    "MaxPool": windows.max_pool,
    "Min": elements.least,
    "Mul": elements.multiply,
    "Pad": windows.pad,
    "QuantizeLinear": quantised.quantise,
    "ReduceMean": windows.reduce_mean,
    "Relu": elements.relu,
    "Reshape": shapes.reshape,
    "Softmax": shapes.ending,
    "Squeeze": shapes.squeeze,
    "Sub": elements.subtract,
    "Sum": elements.total,
    "Transpose": shapes.transpose,
    "Unsqueeze": shapes.unsqueeze,
}
# operators that also take constants, and keep the integers behind them
KEEPING = frozenset(
    {"DequantizeLinear", "QuantizeLinear", "Dropout", "Identity"}
    | {"Flatten", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}
)
QONNX: dict[str, Handler] = {
    "BipolarQuant": qonnx.bipolar,
    "IntQuant": qonnx.quant,
    "MultiThreshold": qonnx.multi_threshold,
    "Quant": qonnx.quant,
    "Trunc": qonnx.trunc,
}
ADVICE = {
    "ConvTranspose": "the kernels only make maps smaller, or keep their size",
    "Sign": "it makes 0 of 0; binarise with BipolarQuant (QONNX), where 0 is +1",
    "LeakyRelu": "train with Relu, or fold a slope of 0",
    "PRelu": "train with Relu",
    "Sigmoid": "leave it out where it is the last; train with Relu elsewhere",
    "ArgMax": "leave it out: the harness takes the largest itself",
}
_QDQ = frozenset({"QuantizeLinear", "DequantizeLinear"})
_INTEGER = "quantise with the QDQ format (onnxruntime: quant_format=QuantFormat.QDQ)"
_INTEGER_OPS = ("QLinear", "ConvInteger", "MatMulInteger", "DynamicQuantize", "QGemm", "DynamicQ")


def walk(graph: onnx.GraphProto, *, name: str, file_bytes: int) -> Model:
    """Return the model of a graph; NetworkError names the first node it cannot take."""
    if len(graph.node) > MAX_NODES:
        raise NetworkError(f"it has {len(graph.node)} nodes, more than {MAX_NODES}", where=name)
    constants = ports.constants(graph, name)
    port = ports.input_port(graph, constants, name)
    output = ports.output_name(graph, name)
    net = Net(Draft(name=name, shape=port.shape, source=port.name), file_bytes=file_bytes)
    net.values.update({key: Const(values=array) for key, array in constants.items()})
    net.values[port.name] = Act(value=port.name, dims=port.dims, atoms=port.atoms)
    needed = _needed(graph.node, output)
    for index, node in enumerate(graph.node):
        if index in needed:
            _take(net, node, f"{index + 1} of {len(graph.node)}")
    found = net.values.get(output)
    if not isinstance(found, Act):
        raise NetworkError(f"its output {output!r} does not depend on its input", where=name)
    if found.codes is not None or found.pad is not None:
        raise NetworkError(
            f"its output {output!r} is quantised or padded and nothing reads it",
            where=name,
            do="let the network end in real numbers: with a DequantizeLinear",
        )
    notes = {
        "input_layout": layout_words(Act(value="", dims=port.dims, atoms=port.layout)),
        "output_layout": layout_words(found),
    }
    if net.notes:
        notes["left_out"] = "; ".join(net.notes)
    return net.draft.model(found.value, notes=notes)


def _needed(nodes: Sequence[onnx.NodeProto], output: str) -> set[int]:
    """Return the nodes that lead to the output."""
    wanted, needed = {output}, set()
    for index in reversed(range(len(nodes))):
        if wanted.intersection(nodes[index].output):
            needed.add(index)
            wanted.update(nodes[index].input)
    return needed


def _take(net: Net, node: onnx.NodeProto, place: str) -> None:
    step = _step(net, node, place)
    if not step.output:
        raise step.refuse("it writes nothing")
    if step.output in net.values:
        raise step.refuse(f"it writes {step.output!r} a second time")
    try:
        net.values[step.output] = _handler(step, node)(step)
    except NetworkError as error:
        # limits that know nothing of nodes
        raise error if error.where else step.refuse(error.what) from None


def _step(net: Net, node: onnx.NodeProto, place: str) -> Step:
    op = node.op_type
    kind = op if node.domain in {"", "ai.onnx"} else f"{node.domain}::{op}"
    output = node.output[0] if node.output else ""
    named = node.name or output
    words = f"the node {named!r} ({kind}, {place})"
    where = net.draft.name
    return Step(
        net=net,
        op=op,
        name=node.name or f"{op}:{output}",
        words=words,
        inputs=tuple(node.input),
        output=output,
        attributes={a.name: ports.attribute(a, where) for a in node.attribute},
    )


def _handler(step: Step, node: onnx.NodeProto) -> Handler:
    """Return what takes the node; NetworkError when nothing does."""
    found: Handler | None = None
    if qonnx.is_ours(node.domain):
        found = QONNX.get(step.op)
    elif node.domain == "com.microsoft" and step.op in _QDQ:
        found = TAKEN[step.op]  # what onnxruntime writes for 16 bits before operator set 21
    elif node.domain in {"", "ai.onnx"}:
        found = _ALWAYS.get(step.op) or TAKEN.get(step.op)
        given = [net_value for net_value in map(step.net.values.get, step.inputs) if net_value]
        constant = bool(given) and all(isinstance(value, Const) for value in given)
        if constant and step.op not in KEEPING and fold.knows(step.op):
            found = fold.fold
    if found is not None:
        return found
    integer = step.op.startswith(_INTEGER_OPS)
    known = ", ".join(sorted(TAKEN))
    advice = _INTEGER if integer else ADVICE.get(step.op, f"known operators: {known}")
    raise step.refuse("no such operator is known", advice)


def _constant(step: Step) -> Value:
    """Take Constant in all its forms."""
    import numpy as np

    forms = {"value_float": np.float32, "value_int": np.int64}
    forms |= {"value_floats": np.float32, "value_ints": np.int64}
    for name, value in step.attributes.items():
        if name == "value" and isinstance(value, np.ndarray):
            return Const(values=value)
        if name in forms:
            return Const(values=np.array(value, forms[name]))
    raise step.refuse(f"it holds {', '.join(step.attributes) or 'nothing'}; numbers are known")


_ALWAYS: dict[str, Handler] = {
    "Constant": _constant,
    "Shape": fold.shape_of,
    "Size": fold.size_of,
    "Cast": shapes.cast,
}
