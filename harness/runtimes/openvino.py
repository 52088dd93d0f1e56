"""OpenVINO on a CPU, GPU, NPU or Neural Compute Stick, in Python on the board.

It takes ONNX as it is, quantised networks too. Left alone it computes fp32 networks in bfloat16 or
half where the hardware is faster with it: it is told the precision, and what ran is read back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.runtimes import base, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Protocol, Work
    from harness.runtimes.base import NetworkFiles

NAME = "openvino"
KINDS: tuple[str, ...] = ("network",)
# device -> as OpenVINO on the board must list it; of several alike the first is taken
DEVICES: Mapping[str, str] = {"cpu": "CPU", "gpu": "GPU", "npu": "NPU", "myriad": "MYRIAD"}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = ""
SCHEMES: tuple[str, ...] = ("fp32", "w8a8", "fp16", "bf16")
THREADS = True
SCENARIOS = base.BOTH
INFLIGHT = True

# scheme -> what float layers shall be computed in; "" would leave it to OpenVINO
HINTS: Mapping[str, str] = {"fp32": "f32", "w8a8": "f32", "fp16": "f16", "bf16": "bf16"}


def available(board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with OpenVINO, else why not."""
    return python.available(NAME, board)


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was prepared as ONNX."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    network = base.prepared(item, network)
    model = base.need(network.onnx, "ONNX", item)
    settings = {"device": DEVICES[item.device], "hint": HINTS[network.scheme]}
    tolerance_ppm = python.SHORT_FLOATS_PPM.get(network.scheme, 0)
    return python.work(item, board, network, [model], settings, tolerance_ppm=tolerance_ppm)
