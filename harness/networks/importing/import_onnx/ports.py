"""A graph's edges: constants out of the file, the one input and how it is laid out, the output.

Nothing is read but the bytes at hand: data in files beside the model is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.importing.import_onnx.values import seen_as
from harness.networks.models.draft import MAX_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import onnx
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

# what may stand between the input and the operator that tells its layout
_ELEMENTWISE = frozenset(
    {"Add", "Sub", "Mul", "Div", "Clip", "Relu", "BatchNormalization", "Identity", "Cast"}
    | {"QuantizeLinear", "DequantizeLinear", "Quant", "IntQuant", "BipolarQuant"}
)


@dataclass(frozen=True, kw_only=True)
class Port:
    """The network's input: its map, and how ONNX sees it."""

    name: str
    shape: tuple[int, int, int]
    dims: tuple[int, ...]
    atoms: tuple[str, ...]
    layout: tuple[str, ...]


def array_of(tensor: onnx.TensorProto, where: str) -> NDArray[Any]:
    """Return the numbers of a tensor; NetworkError when they lie elsewhere or are damaged."""
    import onnx
    from onnx import numpy_helper

    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise NetworkError(
            f"the constant {tensor.name!r} lies in another file",
            where=where,
            do="save the model as one file (onnx.save with save_as_external_data=False)",
        )
    if tensor.data_type == onnx.TensorProto.STRING:
        raise NetworkError(f"the constant {tensor.name!r} holds text", where=where)
    try:
        return numpy_helper.to_array(tensor)
    except Exception as error:  # noqa: BLE001 - damaged tensors fail in many ways
        raise NetworkError(
            f"the constant {tensor.name!r} is damaged: {error}", where=where
        ) from None


def attribute(held: onnx.AttributeProto, where: str) -> object:
    """Return an attribute's value: a number, bytes, a list of them, or an array."""
    import onnx

    if held.type == onnx.AttributeProto.TENSOR:
        return array_of(held.t, where)
    if held.type == onnx.AttributeProto.UNDEFINED:
        return None
    value: object = onnx.helper.get_attribute_value(held)
    return list(value) if isinstance(value, list | tuple) else value


def constants(graph: onnx.GraphProto, where: str) -> dict[str, NDArray[Any]]:
    """Return the initializers; files may list them among the inputs too."""
    if graph.sparse_initializer:
        raise NetworkError("it holds sparse constants", where=where, do="store them densely")
    return {tensor.name: array_of(tensor, where) for tensor in graph.initializer}


def output_name(graph: onnx.GraphProto, where: str) -> str:
    """Return the only output."""
    if len(graph.output) != 1:
        names = ", ".join(repr(value.name) for value in graph.output[:8])
        raise NetworkError(
            f"it has {len(graph.output)} outputs ({names}); one is known",
            where=where,
            do="cut the others off (onnx.utils.extract_model)",
        )
    return str(graph.output[0].name)


def input_port(graph: onnx.GraphProto, known: Arrays, where: str) -> Port:
    """Return the only input that is no constant."""
    inputs = [value for value in graph.input if value.name not in known]
    if len(inputs) != 1:
        names = ", ".join(repr(value.name) for value in inputs[:8])
        raise NetworkError(f"it has {len(inputs)} inputs ({names}); one is known", where=where)
    given = inputs[0]
    _check_type(given, where)
    dims = _dims(given, where)
    layout = _layout(graph, known, given.name, dims)
    size = {"h": 1, "w": 1, "c": 1}
    for axis, letters in enumerate(layout):
        if letters == "chw":
            size |= dict(zip("chw", _image(graph, known, given.name, dims) or (), strict=True))
        elif letters != "n":
            size[letters] = dims[axis]
    shape = (size["h"], size["w"], size["c"])
    if math.prod(shape) > MAX_NUMBERS:
        raise NetworkError(f"its input has {math.prod(shape)} numbers", where=where)
    _, atoms = seen_as(shape, layout)
    return Port(name=given.name, shape=shape, dims=dims, atoms=atoms, layout=layout)


def _check_type(given: onnx.ValueInfoProto, where: str) -> None:
    import onnx

    kind = given.type.tensor_type.elem_type
    if kind != onnx.TensorProto.FLOAT:
        known = kind in onnx.TensorProto.DataType.values()
        name = onnx.TensorProto.DataType.Name(kind).lower() if known else str(kind)
        raise NetworkError(
            f"its input {given.name!r} holds {name}, float is known",
            where=where,
            do="export the network with a float32 input",
        )


def _dims(given: onnx.ValueInfoProto, where: str) -> tuple[int, ...]:
    shape = given.type.tensor_type.shape.dim
    dims = [int(d.dim_value) for d in shape]
    if not 2 <= len(dims) <= 4:
        raise NetworkError(
            f"its input {given.name!r} has {len(dims)} axes; known are [n, c, h, w], [n, h, w, c], "
            "[n, h, w] and [n, features]",
            where=where,
        )
    dims[0] = max(dims[0], 1)  # where the batch is open
    if dims[0] != 1:
        raise NetworkError(
            f"its batch is fixed at {dims[0]}", where=where, do="export it with batch 1"
        )
    if min(dims) < 1:
        raise NetworkError(
            f"its input {given.name!r} leaves sizes open: {dims}",
            where=where,
            do="export it with a fixed height and width",
        )
    return tuple(dims)


def _layout(
    graph: onnx.GraphProto, known: Arrays, name: str, dims: tuple[int, ...]
) -> tuple[str, ...]:
    """Tell the layout by the operator that reads the input first."""
    if len(dims) == 3:
        return ("n", "h", "w")
    if len(dims) == 2:
        return ("n", "chw") if _image(graph, known, name, dims) else ("n", "c")
    reader = _reader(graph, name)
    if reader is not None and reader.op_type == "Transpose" and _perm(reader) == [0, 3, 1, 2]:
        return ("n", "h", "w", "c")
    return ("n", "c", "h", "w")


def _image(
    graph: onnx.GraphProto, known: Arrays, name: str, dims: tuple[int, ...]
) -> tuple[int, int, int] | None:
    """Return (c, h, w) when a flat input is at once reshaped to an image."""
    reader = _reader(graph, name)
    if reader is None or reader.op_type != "Reshape" or len(reader.input) < 2:
        return None
    held = known.get(reader.input[1])
    if held is None:
        made = [node for node in graph.node if reader.input[1] in node.output]
        if len(made) != 1 or made[0].op_type != "Constant" or len(made[0].attribute) != 1:
            return None
        held = array_of(made[0].attribute[0].t, name)
    if held.size != 4 or held.dtype.kind != "i":
        return None
    target = [int(i) for i in held.ravel()]
    if min(target[1:]) < 1 or math.prod(target[1:]) != dims[1]:
        return None
    return target[1], target[2], target[3]


def _perm(node: onnx.NodeProto) -> list[int]:
    return next((list(a.ints) for a in node.attribute if a.name == "perm"), [])


def _reader(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    """Return the first node behind the input that is not element by element."""
    values = {name}
    nodes: Sequence[onnx.NodeProto] = graph.node
    for node in nodes:
        if values.isdisjoint(node.input):
            continue
        if node.op_type not in _ELEMENTWISE:
            return node
        values.update(node.output)
    return None
