"""The QONNX zoo's own files, where the user has them: HARNESS_QONNX_ZOO names its `models`."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from harness.networks.importing.import_onnx import import_onnx
from harness.networks.models.model import Dense, Quant, Sign
from tests.networks.importing.import_onnx.lowering import lowered
from tests.networks.importing.import_onnx.oracle import agrees

# path, sha256 where it is known, bits of the weights
FILES = [
    (
        "MNIST/Brevitas_FINN_TFC/TFC/TFC_1W1A.onnx",
        "e875070d9b8af1ff55923ab03c7ed9dd8787d387cb3274872fe5fc6a2905b2db",
        {1},
    ),
    ("MNIST/Brevitas_FINN_TFC/TFC/TFC_1W2A.onnx", "", {1}),
    ("MNIST/Brevitas_FINN_TFC/TFC/TFC_2W2A.onnx", "", {2}),
    (
        "GSCV2/kwsmlp_w3a3/kwsmlp_w3a3.onnx",
        "58c199de1dd041e133f0c92ac7db874db809c2405b64f359f9cba4b55afb408a",
        {3},
    ),
]


@pytest.mark.parametrize(("path", "digest", "bits"), FILES, ids=lambda held: str(held)[-20:])
def test_a_file_of_the_zoo(path: str, digest: str, bits: set[int]) -> None:
    root = os.environ.get("HARNESS_QONNX_ZOO", "")
    if not root:
        pytest.skip("the QONNX zoo's files are the user's: HARNESS_QONNX_ZOO is not set")
    data = (Path(root) / path).read_bytes()
    if digest:
        assert sha256(data).hexdigest() == digest
    model = import_onnx(data, name=Path(path).stem)
    assert {n.weights.bits for n in model.nodes if isinstance(n, Dense)} == bits
    assert sum(isinstance(n, Quant | Sign) for n in model.nodes) >= 4
    agrees(data, reference=lowered(data))
