"""onnxruntime's worker for real, started as the board's runner starts it."""

from __future__ import annotations

from pathlib import Path

from tests.runtimes.small import SHAPE, error_ppm, small
from tests.runtimes.workers import rig


def _files(folder: Path, provider: str = "CPUExecutionProvider") -> list[Path]:
    settings = {"provider": provider, "provider_options": {}, "input_shape": SHAPE}
    return rig.files(folder, settings, small().input, small().onnx)


def test_it_is_right_and_says_what_ran(tmp_path: Path) -> None:
    import onnxruntime

    report = rig.account("onnxruntime", _files(tmp_path))
    assert report.executed == "fp32"
    assert report.of("runtime") == [[onnxruntime.__version__]]
    assert error_ppm(report.before) < 10
    assert error_ppm(report.after) < 10
    assert len(report.samples) == 5
    assert all(cpu > 0 for _, _, cpu in report.samples)


def test_two_threads_are_taken(tmp_path: Path) -> None:
    assert rig.account("onnxruntime", _files(tmp_path), THREADS=2).executed == "fp32"


def test_a_provider_that_is_not_there_is_not_claimed(tmp_path: Path) -> None:
    report = rig.account("onnxruntime", _files(tmp_path, "CUDAExecutionProvider"))
    assert report.executed == "fp32@CPUExecutionProvider"


def test_a_model_that_cannot_be_loaded_is_one_line_and_no_account(tmp_path: Path) -> None:
    import sys

    paths = _files(tmp_path)
    paths[-1].write_bytes(b"not a model")
    worker = rig.WORKERS / "onnxruntime_worker.py"
    status, data, words = rig.start(sys.executable, worker, paths)
    assert (status, data) == (1, b"")
    assert words.startswith(b"worker: ")
