"""Files that PyTorch, Keras and Brevitas wrote, against the numbers that they gave themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.networks.importing.import_onnx import import_onnx
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Conv, Dense, Quant, Sign
from tests.networks.importing.import_onnx.oracle import laid_out

GOLDEN = Path(__file__).parents[3] / "golden" / "onnx"


@pytest.mark.parametrize(
    ("name", "opset", "bits", "quantisers"),
    [
        ("torch_script", 11, [32] * 5, 0),
        ("torch_dynamo", 20, [32] * 5, 0),
        ("keras", 15, [32] * 6, 0),
        ("brevitas_w4a4", 20, [4, 4, 3], 3),
        ("brevitas_trunc", 20, [4, 4, 3], 5),
        ("brevitas_signs", 20, [1, 1, 1], 3),
    ],
)
def test_numbers_are_the_trainer_s(name: str, opset: int, bits: list[int], quantisers: int) -> None:
    model = import_onnx((GOLDEN / f"{name}.onnx").read_bytes(), name=name)
    assert model.notes["source"] == f"ONNX, opset {opset}"
    assert model.notes["producer"].startswith(("pytorch 2.13.0", "tf2onnx 1.17.0"))
    assert [n.weights.bits for n in model.nodes if isinstance(n, Conv | Dense)] == bits
    assert sum(isinstance(n, Quant | Sign) for n in model.nodes) == quantisers
    with np.load(GOLDEN / f"{name}.npz") as held:
        inputs, outputs = held["inputs"], held["outputs"]
    for given, wanted in zip(inputs, outputs, strict=True):
        last = model.notes["input_layout"] == "n h w c"
        image = given if last else given.transpose(1, 2, 0)
        seen = evaluate(model, image)[model.output]
        seen = laid_out(seen, model.notes["output_layout"])[0]
        assert np.allclose(seen, wanted, rtol=1e-5, atol=1e-6)
