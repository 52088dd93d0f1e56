from __future__ import annotations

import hashlib
import json

import pytest

from harness.errors import ConfigError, NetworkError
from harness.records.item import Protocol
from harness.runtimes import onnxruntime_cpu
from tests.runtimes.examples import Network, board, kernel, network_item

ITEM = network_item("onnxruntime")
HAS = board(onnxruntime="/opt/ort/bin/python3")


def test_the_program_is_the_boards_interpreter_and_four_blobs() -> None:
    work = onnxruntime_cpu.describe(ITEM, HAS, Network(), Protocol())
    argv = work.keys["arg"]
    assert isinstance(argv, tuple)
    assert argv[0] == "/opt/ort/bin/python3"
    assert list(argv[1:]) == [f"blob:{blob.sha256}" for blob in work.blobs[:4]]
    assert work.blobs[0].data == onnxruntime_cpu.worker_script()
    assert work.blobs[2].data == b"onnx"
    assert work.keys["expected"] == hashlib.sha256(b"out!").hexdigest()
    assert work.keys["tolerance_ppm"] == 1000
    assert work.precision_executed == "fp32"


def test_the_settings_are_plain_json_and_always_the_same_bytes() -> None:
    first = onnxruntime_cpu.describe(ITEM, HAS, Network(), Protocol()).blobs[1].data
    again = onnxruntime_cpu.describe(ITEM, HAS, Network(), Protocol()).blobs[1].data
    assert first == again
    assert json.loads(first) == {
        "form": 1,
        "provider": "CPUExecutionProvider",
        "precision": "fp32",
        "input_shape": [1, 2],
        "input_type": "float32",
        "spinning": False,
    }


def test_absence_has_the_boards_reason() -> None:
    assert onnxruntime_cpu.available(HAS) == ""
    assert onnxruntime_cpu.available(board()) == "no Python 3 there"
    assert "no Python with onnxruntime" in onnxruntime_cpu.available(board(ncnn="/opt/ncnn"))
    with pytest.raises(ConfigError, match="cannot run on pi: no Python 3 there"):
        onnxruntime_cpu.describe(ITEM, board(), Network(), Protocol())


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(NetworkError, match="not prepared as ONNX"):
        onnxruntime_cpu.describe(ITEM, HAS, Network(onnx=None), Protocol())
    with pytest.raises(NetworkError, match="not prepared"):
        onnxruntime_cpu.describe(kernel(), HAS, None, Protocol())
    with pytest.raises(NetworkError, match=r"the input has 9 bytes, float32 \(1, 2\) has 8"):
        onnxruntime_cpu.describe(ITEM, HAS, Network(input=bytes(9)), Protocol())
