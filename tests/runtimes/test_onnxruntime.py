from __future__ import annotations

import hashlib
import json

import pytest

from harness.errors import ConfigError, NetworkError
from harness.records.item import Protocol
from harness.runtimes import onnxruntime, python
from tests.runtimes.examples import Network, board, kernel, network_item

ITEM = network_item("onnxruntime")
HAS = board(onnxruntime="/opt/ort/bin/python3")


def test_the_program_is_the_boards_interpreter_and_five_blobs() -> None:
    work = onnxruntime.describe(ITEM, HAS, Network(), Protocol())
    argv = work.keys["arg"]
    assert isinstance(argv, tuple)
    assert argv[0] == "/opt/ort/bin/python3"
    assert list(argv[1:]) == [f"blob:{blob.sha256}" for blob in work.blobs[:5]]
    assert work.blobs[0].data == python.script("timing")
    assert work.blobs[1].data == python.script("onnxruntime_worker")
    assert work.blobs[3].data == bytes(8)
    assert work.blobs[4].data == b"onnx"
    assert work.keys["expected"] == hashlib.sha256(b"out!").hexdigest()
    assert work.keys["tolerance_ppm"] == 1000
    assert work.precision_executed == "fp32"


def test_the_settings_are_plain_json_and_always_the_same_bytes() -> None:
    first = onnxruntime.describe(ITEM, HAS, Network(), Protocol()).blobs[2].data
    again = onnxruntime.describe(ITEM, HAS, Network(), Protocol()).blobs[2].data
    assert first == again
    assert json.loads(first) == {
        "form": 2,
        "provider": "CPUExecutionProvider",
        "provider_options": {},
        "precision": "fp32",
        "input_shape": [1, 2],
        "input_type": "float32",
        "inflight": 1,
        "spinning": False,
    }


@pytest.mark.parametrize(
    ("device", "provider", "options"),
    [
        ("cuda", "CUDAExecutionProvider", {}),
        ("tensorrt", "TensorrtExecutionProvider", {}),
        ("openvino-gpu", "OpenVINOExecutionProvider", {"device_type": "GPU", "precision": "FP32"}),
    ],
)
def test_a_device_is_a_provider(device: str, provider: str, options: dict[str, str]) -> None:
    item = network_item("onnxruntime", device=device)
    work = onnxruntime.describe(item, HAS, Network(), Protocol())
    settings = json.loads(work.blobs[2].data)
    assert settings["provider"] == provider == onnxruntime.DEVICES[device]
    assert settings["provider_options"] == options
    assert work.keys["tolerance_ppm"] == 3000


def test_absence_has_the_boards_reason() -> None:
    assert onnxruntime.available(HAS) == ""
    assert onnxruntime.available(board()) == "no Python 3 there"
    assert "no Python with onnxruntime" in onnxruntime.available(board(ncnn="/opt/ncnn"))
    with pytest.raises(ConfigError, match="cannot run on pi: no Python 3 there"):
        onnxruntime.describe(ITEM, board(), Network(), Protocol())


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(NetworkError, match="not prepared as ONNX"):
        onnxruntime.describe(ITEM, HAS, Network(onnx=None), Protocol())
    with pytest.raises(NetworkError, match="not prepared"):
        onnxruntime.describe(kernel(), HAS, None, Protocol())
    with pytest.raises(NetworkError, match=r"the input has 9 bytes, float32 \(1, 2\) has 8"):
        onnxruntime.describe(ITEM, HAS, Network(input=bytes(9)), Protocol())
