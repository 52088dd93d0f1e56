"""SqueezeNet 1.1 at 224 x 224 as ONNX, in fp32 and quantised to 8 bits; runs it for reference.

Input [batch, 3, 224, 224] float32 (BGR, less the mean), output logits [batch, 1000]; pools round
down. The 8-bit form is QDQ: activations uint8 per tensor, weights int8 per channel.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.networks import export_onnx, squeezenet_model
from harness.networks.weights import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.weights import Arrays

SIDE = 224
CLASSES = 1000
INPUT, OUTPUT = squeezenet_model.INPUT, squeezenet_model.OUTPUT
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
    return export_onnx.export_onnx(squeezenet_model.squeezenet1_1(arrays, side=SIDE), batch=batch)


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
        return export_onnx.finish(onnx.load(target))


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
    return export_onnx.finish(loaded)


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
