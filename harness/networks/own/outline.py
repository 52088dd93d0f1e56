"""An ONNX file whose layers we cannot take, seen from outside: what goes in and what comes out.

So that runtimes which load the file can be measured with it, and checked against onnxruntime's own
outputs; it has no plan, no products and no layers. Guesses nothing that the file does not say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.models.model import Model

if TYPE_CHECKING:
    from onnx import GraphProto, ValueInfoProto

QUANTISED = "quantised"
_FLOAT = 1  # onnx.TensorProto.FLOAT
_INTEGER_OPS = {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger"}
_FEW_CHANNELS = 4
_DO = "fix the sizes when exporting it: one float input [1, C, H, W], [1, H, W, C] or [1, C]"


def outline(data: bytes, *, where: str) -> Model:
    """Return input and output [h, w, c] without anything between; `notes` as the importer has them.

    NetworkError where the file has another form than one float input and output of fixed size. It
    is run once: only so it is known what comes out.
    """
    import numpy as np
    import onnx

    from harness.networks.preparing import onnx_forms

    try:
        graph = onnx.load_from_string(data).graph
    except Exception as error:  # noqa: BLE001 - protobuf's errors share no class
        raise NetworkError(f"this is no ONNX file: {error}"[:200], where=where) from None
    given, made = _single(graph, where)
    dims = [d.dim_value for d in given.type.tensor_type.shape.dim]
    layout, shape = _input(dims, where)
    try:
        out = onnx_forms.run(data, np.zeros(dims, np.float32), 1)
    except Exception as error:  # noqa: BLE001 - onnxruntime's errors share no class
        words = f"onnxruntime cannot run it: {error}"[:300]
        raise NetworkError(words, where=where) from None
    quantised = any(node.op_type in _INTEGER_OPS for node in graph.node)
    return Model(
        name=where,
        input=given.name,
        output=made,
        nodes=(),
        shapes={given.name: shape, made: (1, 1, math.prod(out.shape))},
        notes={
            "input_layout": layout,
            "output_layout": "n c",
            **({QUANTISED: "yes"} if quantised else {}),
        },
    )


def _single(graph: GraphProto, where: str) -> tuple[ValueInfoProto, str]:
    held = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in held]
    if len(inputs) != 1 or len(graph.output) != 1:
        words = f"it has {len(inputs)} inputs and {len(graph.output)} outputs, wanted is one each"
        raise NetworkError(words, where=where)
    if inputs[0].type.tensor_type.elem_type != _FLOAT:
        raise NetworkError("its input is no float32", where=where, do=_DO)
    return inputs[0], graph.output[0].name


def _input(dims: list[int], where: str) -> tuple[str, tuple[int, int, int]]:
    """Layout and [h, w, c] of an input; a map's channels are the few at one of its ends."""
    said = "x".join(str(d) if d else "?" for d in dims)
    if len(dims) not in (2, 4) or dims[0] != 1 or min(dims) < 1:
        raise NetworkError(f"its input is {said}", where=where, do=_DO)
    if len(dims) == 2:
        return "n c", (1, 1, dims[1])
    if dims[3] <= _FEW_CHANNELS < dims[1]:
        return "n h w c", (dims[1], dims[2], dims[3])
    return "n c h w", (dims[2], dims[3], dims[1])
