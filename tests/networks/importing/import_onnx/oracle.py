"""Graphs in few lines, and onnxruntime's word on them: every import is held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from harness.networks.importing.import_onnx import import_onnx
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.plans.reference import trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from harness.networks.models.model import Model

    Floats = NDArray[np.float32]
    Constants = Mapping[str, Any]

BREVITAS = "onnx.brevitas"
GENERAL = "qonnx.custom_op.general"


def normal(*shape: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def node(
    op: str, inputs: str, output: str, *, domain: str = "", **attributes: Any
) -> onnx.NodeProto:
    """`inputs` by blanks; `-` leaves one out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    name = f"my {op} {output}"  # onnxruntime wants them to differ
    return helper.make_node(op, names, output.split(), name=name, domain=domain, **attributes)


def graph(
    nodes: Sequence[onnx.NodeProto],
    constants: Constants,
    shape: Sequence[int | str | None],
    *,
    opset: int = 13,
    ir: int = 8,
    repeat: bool = False,
) -> bytes:
    """Return the bytes of a graph from "x" to the output of its last node.

    `repeat`: constants stand among the inputs too, as old exporters write them.
    """
    kind = onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info("x", kind, shape)]
    held = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    if repeat:
        inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in held]
    output = helper.make_tensor_value_info(nodes[-1].output[0], kind, None)
    made = helper.make_model(
        helper.make_graph(list(nodes), "g", inputs, [output], held),
        opset_imports=[
            helper.make_opsetid("", opset),
            *(helper.make_opsetid(d, 1) for d in sorted({n.domain for n in nodes} - {""})),
        ],
        producer_name="test",
    )
    made.ir_version = ir
    data: bytes = made.SerializeToString()
    return data


def laid_out(image: Floats, layout: str) -> Floats:
    """Return a map [h, w, c] as ONNX sees it: "n c h w", "n chw", ..."""
    order = ["hwc".index(letter) for letter in layout.replace("n", "") if letter in "hwc"]
    order += [axis for axis in range(3) if axis not in order]
    turned = image.transpose(order)
    sizes = dict(zip("hwc", image.shape, strict=True))
    dims = [int(np.prod([sizes[a] for a in axis if a in sizes])) for axis in layout.split()]
    return turned.reshape(dims)


def run(data: bytes, given: Floats) -> Floats:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    # as the file says it: nothing folded or fused
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    made: Floats = session.run(None, {session.get_inputs()[0].name: given})[0]
    return made


def agrees(
    data: bytes,
    *,
    reference: bytes | None = None,
    rounds: int = 3,
    tolerance: float = 1e-4,
    has_plan: bool = True,
) -> Model:
    """Import `data`, compare it on random inputs with `reference` (itself); return the model.

    Its plan must give what the model gives, but where `has_plan` says that it can have none.
    """
    model = import_onnx(data, name="net")
    plan = lower(model).network if has_plan else None
    for seed in range(rounds):
        image = normal(*model.shapes[model.input], seed=seed) * np.float32(1.5)
        wanted = run(reference or data, laid_out(image, model.notes["input_layout"]))
        values = evaluate(model, image)
        for name, shape in model.shapes.items():
            assert values[name].shape == shape, name
        seen = laid_out(values[model.output], model.notes["output_layout"])
        assert seen.size == wanted.size
        worst = float(np.abs(seen.ravel() - wanted.ravel()).max())
        assert worst <= tolerance * max(float(np.abs(wanted).max()), 1e-3), worst
        if plan is not None:
            made = trace(plan, image.astype("<f4").tobytes())[plan.output]
            np.testing.assert_allclose(made, values[model.output], rtol=1e-4, atol=tolerance)
    return model
