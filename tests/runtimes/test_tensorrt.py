from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.errors import ConfigError, NetworkError
from harness.records.item import Protocol
from harness.runtimes import tensorrt
from tests.runtimes.examples import Network, board, kernel, network_item

ITEM = replace(network_item("tensorrt"), device="gpu")
HAS = board(tensorrt="/usr/src/tensorrt/")


def test_the_program_is_our_worker_and_the_boards_trtexec() -> None:
    work = tensorrt.describe(ITEM, HAS, Network(), Protocol())
    argv = work.keys["arg"]
    assert isinstance(argv, tuple)
    assert (argv[0], argv[3]) == ("python3", "/usr/src/tensorrt/bin/trtexec")
    names = [f"blob:{blob.sha256}" for blob in work.blobs]
    assert [*argv[1:3], *argv[4:]] == names[:4]
    assert work.blobs[0].data == tensorrt.worker_script()
    assert json.loads(work.blobs[1].data) == {
        "form": 1,
        "precision": "fp32",
        "device": "gpu",
        "dla_core": 0,
    }
    assert work.blobs[4].data == b"out!"
    assert work.timeout_s >= 900
    assert "trtexec" in work.timed_by


def test_half_floats_are_asked_of_the_same_model() -> None:
    work = tensorrt.describe(replace(ITEM, scheme="fp16"), HAS, Network(), Protocol())
    assert work.precision_executed == "fp16"


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(NetworkError, match="not prepared as ONNX"):
        tensorrt.describe(ITEM, HAS, Network(onnx=None), Protocol())
    with pytest.raises(NetworkError, match="not prepared"):
        tensorrt.describe(kernel(), HAS, None, Protocol())
    with pytest.raises(ConfigError, match="tensorrt has no w4a8"):
        tensorrt.describe(replace(ITEM, scheme="w4a8"), HAS, Network(), Protocol())
    with pytest.raises(ConfigError, match="cannot run on pi: no TensorRT was found"):
        tensorrt.describe(ITEM, board(), Network(), Protocol())
    assert tensorrt.available(HAS) == ""
