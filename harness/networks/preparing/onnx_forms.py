"""What onnxruntime needs and gives on the controller: 8-bit models, other batches, the truth.

The 8-bit form is QDQ: activations uint8 per tensor, weights int8 per channel, as users of
onnxruntime make it.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.networks.preparing import export_onnx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray


def quantise(fp32: bytes, calibration: NDArray[np.float32]) -> bytes:
    """Return the QDQ model of `fp32` (batch 1); ranges (minimum, maximum) from `calibration`."""
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    with tempfile.TemporaryDirectory(prefix="harness-quantise-") as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "w8a8.onnx"
        source.write_bytes(fp32)
        name = onnx.load_from_string(fp32).graph.input[0].name
        with _quiet():
            quantize_static(
                str(source),
                str(target),
                _Reader(name, calibration),
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

    def __init__(self, name: str, images: NDArray[np.float32]) -> None:
        self._name = name
        self._images = iter(images[:, None])

    def get_next(self) -> Mapping[str, NDArray[np.float32]] | None:
        """Return the next feed, None at the end."""
        image = next(self._images, None)
        return None if image is None else {self._name: image}


def run(model: bytes, images: NDArray[np.float32], batch: int) -> NDArray[np.float32]:
    """Return onnxruntime's output [n, ...], one thread; n is a multiple of `batch`."""
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0].name
    made = [
        session.run(None, {source: images[at : at + batch]})[0]
        for at in range(0, len(images), batch)
    ]
    return np.concatenate(made).astype(np.float32)
