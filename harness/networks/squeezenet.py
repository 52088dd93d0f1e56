"""SqueezeNet 1.1 at 224 x 224 as ONNX, in fp32 and quantised to 8 bits; runs it for reference.

Input [batch, 3, 224, 224] float32 (BGR, less the mean), output logits [batch, 1000]; pools round
down. The 8-bit form is QDQ: activations uint8 per tensor, weights int8 per channel.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.networks.weights import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import onnx
    from numpy.typing import NDArray

    from harness.networks.weights import Arrays

SIDE = 224
CLASSES = 1000
OPSET = 13
IR_VERSION = 8
INPUT, OUTPUT = "input", "logits"
_POOL_BEFORE = ("fire2", "fire4", "fire6")
# edge of the map a convolution writes, at 224 with pools that round down
_EDGES = {"conv1": 111, "fire2": 55, "fire3": 55, "fire4": 27, "fire5": 27, "conv10": 13}


def macs() -> int:
    """Return multiply-adds of one inference (the same for every scheme)."""
    total = 0
    for name, (out, given, height, width) in shapes().items():
        edge = _EDGES.get(name.split("/")[0], 13)
        total += edge * edge * out * given * height * width
    return total


def build_onnx(arrays: Arrays, batch: int) -> bytes:
    """Return the fp32 model for a fixed batch; the same bytes for the same weights."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def conv(name: str, source: str, **attributes: Any) -> str:  # noqa: ANN401 - ONNX's own
        kernel, bias = arrays[name]
        for part, array in (("weight", kernel), ("bias", bias)):
            constants.append(numpy_helper.from_array(np.ascontiguousarray(array), f"{name}.{part}"))
        inputs = [source, f"{name}.weight", f"{name}.bias"]
        nodes.append(helper.make_node("Conv", inputs, [f"{name}.sum"], name=name, **attributes))
        nodes.append(helper.make_node("Relu", [f"{name}.sum"], [name], name=f"{name}.relu"))
        return name

    def pool(source: str) -> str:
        out = f"{source}.pool"
        nodes.append(
            helper.make_node(
                "MaxPool", [source], [out], name=out, kernel_shape=[3, 3], strides=[2, 2]
            )
        )
        return out

    x = conv("conv1", INPUT, strides=[2, 2])
    for number in range(2, 10):
        fire = f"fire{number}"
        squeezed = conv(f"{fire}/squeeze1x1", pool(x) if fire in _POOL_BEFORE else x)
        wide = conv(f"{fire}/expand3x3", squeezed, pads=[1, 1, 1, 1])
        parts = [conv(f"{fire}/expand1x1", squeezed), wide]
        nodes.append(helper.make_node("Concat", parts, [fire], name=fire, axis=1))
        x = fire
    nodes.append(helper.make_node("GlobalAveragePool", [conv("conv10", x)], ["mean"], name="mean"))
    nodes.append(helper.make_node("Flatten", ["mean"], [OUTPUT], name=OUTPUT))
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "squeezenet1_1",
        [helper.make_tensor_value_info(INPUT, kind, [batch, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(OUTPUT, kind, [batch, CLASSES])],
        constants,
    )
    return _finish(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)]))


def _finish(model: onnx.ModelProto) -> bytes:
    import onnx

    model.ir_version = IR_VERSION
    model.producer_name = "harness"
    model.producer_version = ""
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def quantise(fp32: bytes, calibration: NDArray[np.float32]) -> bytes:
    """Return the QDQ model of `fp32` (batch 1); ranges (minimum, maximum) from `calibration`."""
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    with tempfile.TemporaryDirectory(prefix="harness-quantise-") as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "w8a8.onnx"
        source.write_bytes(fp32)
        with _quiet():
            quantize_static(
                str(source),
                str(target),
                _Reader(calibration),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
            )
        return _finish(onnx.load(target))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the root logger still: the quantiser advises a step that this graph does not need."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def with_batch(model: bytes, batch: int) -> bytes:
    """Return `model` for another fixed batch; weights and ranges stay as they are."""
    import onnx

    loaded = onnx.load_from_string(model)
    for value in (loaded.graph.input[0], loaded.graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_value = batch
    # shapes in between that the quantiser noted for its own batch
    del loaded.graph.value_info[:]
    return _finish(loaded)


class _Reader:
    """Feeds one image at a time to onnxruntime's calibration (its CalibrationDataReader)."""

    def __init__(self, images: NDArray[np.float32]) -> None:
        self._images = iter(images[:, None])

    def get_next(self) -> Mapping[str, NDArray[np.float32]] | None:
        """Return the next feed, None at the end."""
        image = next(self._images, None)
        return None if image is None else {INPUT: image}


def run(model: bytes, images: NDArray[np.float32], batch: int) -> NDArray[np.float32]:
    """Return onnxruntime's logits [n, 1000], one thread; n is a multiple of `batch`."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    made = [
        session.run([OUTPUT], {INPUT: images[at : at + batch]})[0]
        for at in range(0, len(images), batch)
    ]
    return np.concatenate(made).astype(np.float32)
