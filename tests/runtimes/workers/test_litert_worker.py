"""LiteRT's worker for real, on a .tflite file that we wrote."""

from __future__ import annotations

from pathlib import Path

from harness.networks.convert.forms import converted
from tests.helpers.pythons import runtimes_python
from tests.runtimes.small import SHAPE, error_ppm, small
from tests.runtimes.workers import rig


def test_every_operator_is_right_and_in_the_delegate(tmp_path: Path) -> None:
    made = converted(small().onnx, "tflite")
    paths = rig.files(tmp_path, {"input_shape": SHAPE}, small().input, made["tflite"])
    report = rig.account("litert", paths, runtimes_python())
    assert report.executed == "fp32"
    assert error_ppm(report.before) < 100
    assert error_ppm(report.after) < 100
