"""Orders of ncnn, openvino and litert: their files, their settings, their tolerance."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.errors import NetworkError
from harness.records.item import Protocol, Work
from harness.runtimes import openvino, python
from harness.runtimes.registry import find
from tests.runtimes.examples import Network, board, network_item

PLACES = {name: f"/opt/{name}/bin/python3" for name in ("ncnn", "openvino", "litert")}
FILES = {"param": b"text", "bin": b"weights", "tflite": b"flat"}


def order(runtime: str, scheme: str = "fp32", **changes: Any) -> Work:
    item = network_item(runtime, scheme=scheme, **changes)
    network = Network(scheme=scheme, converted=FILES)
    return find(runtime).describe(item, board(**PLACES), network, Protocol())


def settings(work: Work) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(work.blobs[2].data)
    return found


@pytest.mark.parametrize(
    ("runtime", "models"),
    [("ncnn", [b"text", b"weights"]), ("litert", [b"flat"]), ("openvino", [b"onnx"])],
)
def test_the_worker_gets_the_models_behind_the_input(runtime: str, models: list[bytes]) -> None:
    work = order(runtime)
    assert [blob.data for blob in work.blobs[4:-1]] == models
    assert work.blobs[1].data == python.script(f"{runtime}_worker")
    argv = work.keys["arg"]
    assert isinstance(argv, tuple)
    assert argv[0] == PLACES[runtime]


@pytest.mark.parametrize(
    ("runtime", "scheme", "key", "value", "tolerance_ppm"),
    [
        ("ncnn", "fp32", "storage", "", 1_000),
        ("ncnn", "fp16", "storage", "fp16", 10_000),
        ("openvino", "fp32", "hint", "f32", 1_000),
        ("openvino", "w8a8", "hint", "f32", 1_000),
        ("openvino", "bf16", "hint", "bf16", 20_000),
    ],
)
def test_the_precision_is_said_and_its_error_allowed(
    runtime: str, scheme: str, key: str, value: str, tolerance_ppm: int
) -> None:
    work = order(runtime, scheme)
    assert settings(work)[key] == value
    assert settings(work)["precision"] == scheme == work.precision_executed
    assert work.keys["tolerance_ppm"] == tolerance_ppm


@pytest.mark.parametrize(("device", "name"), openvino.DEVICES.items())
def test_devices_of_openvino(device: str, name: str) -> None:
    work = order("openvino", device=device, inflight=4)
    assert settings(work)["device"] == name
    assert settings(work)["inflight"] == 4


@pytest.mark.parametrize("runtime", ["ncnn", "litert"])
def test_a_network_that_was_not_converted_is_refused(runtime: str) -> None:
    with pytest.raises(NetworkError, match="not prepared as"):
        find(runtime).describe(network_item(runtime), board(**PLACES), Network(), Protocol())


def test_a_folder_of_an_archive_is_set_up_by_its_own_script() -> None:
    words = python.interpreter("/opt/intel/openvino_2022/")
    assert words[:2] == ("bash", "-c")
    assert words[3:] == ("/opt/intel/openvino_2022",)  # $0: no text of the script
    assert "/opt" not in words[2]
    assert python.interpreter("/opt/venv/bin/python3") == ("/opt/venv/bin/python3",)
