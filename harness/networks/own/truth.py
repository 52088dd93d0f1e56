"""The user's ONNX file as it is: whether onnxruntime takes it, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness.networks.own.layout import laid_out, maps_of, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Model

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class OnnxFile:
    """An ONNX file and the model that was read from it; a batch of one."""

    data: bytes
    model: Model

    @cached_property
    def fault(self) -> str:
        """Why onnxruntime does not take the file, "" when it does."""
        return load_fault(self.data)

    @cached_property
    def has_fixed_batch(self) -> bool:
        """Say whether the file itself says that its batch is one."""
        import onnx

        graph = onnx.load_from_string(self.data).graph
        given = next(one for one in graph.input if one.name == self.model.input)
        return bool(given.type.tensor_type.shape.dim[0].dim_value == 1)

    def given(self, maps: Floats) -> Floats:
        """Return maps [n, h, w, c] as the file wants them."""
        return laid_out(maps, self.model.notes["input_layout"])

    def run(self, maps: Floats) -> Floats:
        """Return onnxruntime's outputs in the file's own order."""
        from harness.networks.preparing import onnx_forms

        return onnx_forms.run(self.data, self.given(maps), 1)

    def rows(self, maps: Floats) -> Floats:
        """Return onnxruntime's outputs [n, values] in h, w, c order."""
        return rows(self.maps(self.run(maps)))

    def maps(self, made: Floats) -> Floats:
        """Return outputs [n, h, w, c] of outputs in the file's own order."""
        shape = self.model.shapes[self.model.output]
        return maps_of(made, self.model.notes["output_layout"], shape)


def load_fault(data: bytes) -> str:
    """Return the first line of onnxruntime's refusal of a file, "" when it loads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - its errors share no class
        return (str(error).strip().splitlines() or ["it does not say why"])[0][:200]
    return ""
