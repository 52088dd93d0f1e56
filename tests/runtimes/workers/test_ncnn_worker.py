"""ncnn's worker for real: a converted network is right, and 16 bits are not taken for 32."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.networks.convert.forms import converted
from tests.helpers.pythons import runtimes_python
from tests.runtimes.small import SHAPE, error_ppm, small
from tests.runtimes.workers import rig


def _account(folder: Path, storage: str, **environment: int) -> rig.Report:
    made = converted(small().onnx, "ncnn")
    settings = {"storage": storage, "input_shape": SHAPE}
    paths = rig.files(folder, settings, small().input, made["param"], made["bin"])
    return rig.account("ncnn", paths, runtimes_python(), **environment)


@pytest.mark.parametrize("threads", [1, 2])
def test_every_operator_is_right_in_fp32(tmp_path: Path, threads: int) -> None:
    report = _account(tmp_path, "", THREADS=threads)
    assert report.executed == "fp32"
    assert error_ppm(report.before) < 100
    assert error_ppm(report.after) < 100


def test_bfloat16_is_read_back(tmp_path: Path) -> None:
    report = _account(tmp_path, "bf16")
    assert report.executed == "bf16"
    assert error_ppm(report.after) > 100  # and it shows


def test_half_is_never_taken_for_single(tmp_path: Path) -> None:
    report = _account(tmp_path, "fp16")
    # on x86 ncnn keeps maps in 32 bits, but the weights of dense layers in 16
    assert report.executed in {"fp16", "fp16+fp32"}
    assert error_ppm(report.after) > 100
