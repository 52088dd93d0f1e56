"""OpenVINO's worker for real: told f32 it is f32; left alone it reports what it chose."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.pythons import runtimes_python
from tests.runtimes.small import SHAPE, error_ppm, small
from tests.runtimes.workers import rig


def _account(folder: Path, hint: str, inflight: int = 1, **environment: int) -> rig.Report:
    settings = {"device": "CPU", "hint": hint, "input_shape": SHAPE, "inflight": inflight}
    paths = rig.files(folder, settings, small().input, small().onnx)
    return rig.account("openvino", paths, runtimes_python(), **environment)


def test_told_float_it_is_float(tmp_path: Path) -> None:
    report = _account(tmp_path, "f32")
    assert report.executed == "fp32"
    assert error_ppm(report.before) < 100
    assert error_ppm(report.after) < 100


def test_in_flight_it_is_right_too(tmp_path: Path) -> None:
    report = _account(tmp_path, "f32", inflight=4, THREADS=2)
    assert report.executed == "fp32"
    assert error_ppm(report.before) < 100
    assert error_ppm(report.after) < 100


def test_another_precision_is_read_back(tmp_path: Path) -> None:
    report = _account(tmp_path, "bf16")
    # a CPU without it keeps fp32, and the layers say so
    assert report.executed in {"bf16", "fp32", "bf16+fp32"}
    assert (error_ppm(report.after) < 100) == (report.executed == "fp32")


def test_left_alone_it_says_what_it_chose(tmp_path: Path) -> None:
    report = _account(tmp_path, "")
    assert (error_ppm(report.after) < 100) == (report.executed == "fp32")
