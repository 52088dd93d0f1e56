"""LiteRT (formerly TensorFlow Lite) with XNNPACK on the CPU, in Python on the board; fp32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.runtimes import base, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Protocol, Work
    from harness.runtimes.base import NetworkFiles

NAME = "litert"
KINDS: tuple[str, ...] = ("network",)
DEVICES: Mapping[str, str] = {"cpu": ""}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = "tflite"
SCHEMES: tuple[str, ...] = ("fp32",)
THREADS = True
SCENARIOS = base.BOTH
INFLIGHT = False


def available(board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with LiteRT, else why not."""
    return python.available(NAME, board)


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was written as .tflite."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    network = base.prepared(item, network)
    model = base.need(network.converted.get("tflite"), ".tflite", item)
    return python.work(item, board, network, [model], {})
