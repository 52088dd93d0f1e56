"""SqueezeNet 1.1 by every Python runtime here: right, as asked, and INVALID where it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.networks.convert.forms import converted
from harness.networks.preparing.prepared import Prepared
from harness.networks.zoo.registry import prepare
from harness.records.measurement import Measurement, Status
from harness.report.verdicts import may_rank
from harness.runtimes import ncnn, openvino
from harness.runtimes.registry import find
from tests.runtimes.real import item_of, measured


def _network(runtime: str, scheme: str = "fp32") -> Prepared:
    ready = prepare("squeezenet1_1", scheme)
    form = find(runtime).CONVERTED
    assert ready.onnx is not None
    return replace(ready, converted=converted(ready.onnx, form)) if form else ready


def _reasons(row: Measurement, rule: str) -> list[str]:
    return [reason.words for reason in row.reasons if reason.rule == rule]


def test_every_runtime_is_right_in_what_was_asked(tmp_path: Path) -> None:
    asked = [
        ("onnxruntime", "fp32"),
        ("ncnn", "fp32"),
        ("litert", "fp32"),
        ("openvino", "fp32"),
        ("openvino", "w8a8"),
    ]
    networks = [_network(*one) for one in asked]
    cells = [(item_of(n, runtime), n) for n, (runtime, _) in zip(networks, asked, strict=True)]
    streamed = item_of(networks[3], "openvino", scenario="throughput", inflight=2)
    for row in measured(tmp_path, [*cells, (streamed, networks[3])]):
        assert row.status in {Status.OK, Status.SUSPECT}, (row.runtime, row.reasons)
        assert row.check is not None
        assert row.check.passed
        assert row.precision_executed == row.scheme
        assert row.inferences_per_s
        assert row.build is not None
        assert row.build.runtime


def test_a_precision_that_was_not_asked_for_is_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ncnn, "STORAGE", {"fp32": "bf16"})
    monkeypatch.setattr(openvino, "HINTS", {"fp32": ""})  # what OpenVINO does when not told
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    # wide enough for it: that the output is near must not save it
    networks = [replace(_network(name), tolerance_ppm=50_000) for name in ("ncnn", "openvino")]
    cells = [(item_of(n, name), n) for n, name in zip(networks, ("ncnn", "openvino"), strict=True)]
    by_ncnn, by_openvino = measured(tmp_path, cells)
    assert _reasons(by_ncnn, "V28") == ["asked for fp32, executed bf16"]
    silent = {"amx_bf16", "avx512_bf16"} & set(flags)
    assert _reasons(by_openvino, "V28") == ["asked for fp32, executed bf16"] * bool(silent)
    for row in (by_ncnn, by_openvino) if silent else (by_ncnn,):
        assert row.status is Status.INVALID
        assert not _reasons(row, "V01")
        assert not may_rank(row)
