"""onnxruntime, on the CPU or by the provider of an accelerator, in Python on the board.

A provider may leave parts of a network to the CPU without a word; the worker forbids it, and what
cannot be done without is reported as executed elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.runtimes import base, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Protocol, Work
    from harness.runtimes.base import NetworkFiles

NAME = "onnxruntime"
KINDS: tuple[str, ...] = ("network",)
CPU, CUDA, TENSORRT, OPENVINO = (
    f"{name}ExecutionProvider" for name in ("CPU", "CUDA", "Tensorrt", "OpenVINO")
)
# device -> its provider, as the board's package must list it
DEVICES: Mapping[str, str] = {
    "cpu": "",
    "cuda": CUDA,
    "tensorrt": TENSORRT,
    "openvino-cpu": OPENVINO,
    "openvino-gpu": OPENVINO,
    "openvino-npu": OPENVINO,
}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = ""
SCHEMES: tuple[str, ...] = ("fp32", "w8a8")
THREADS = True
SCENARIOS = base.BOTH
INFLIGHT = False

# Sums in another order, and on accelerators other ways to convolve, give other last digits.
_ELSEWHERE_PPM = 3_000


def available(board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with onnxruntime, else why not."""
    return python.available(NAME, board)


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was prepared as ONNX."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    network = base.prepared(item, network)
    model = base.need(network.onnx, "ONNX", item)
    settings = {
        "provider": DEVICES[item.device] or CPU,
        "provider_options": provider_options(item.device),
    }
    tolerance_ppm = 0 if item.device == "cpu" else _ELSEWHERE_PPM
    return python.work(item, board, network, [model], settings, tolerance_ppm=tolerance_ppm)


def provider_options(device: str) -> dict[str, str]:
    """Return what keeps a provider at the precision of the model."""
    if DEVICES[device] == OPENVINO:
        return {"device_type": device.rpartition("-")[2].upper(), "precision": "FP32"}
    return {}  # that of TensorRT takes half precision only when told; for TF32 see the worker
