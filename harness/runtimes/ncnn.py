"""ncnn on the CPU, in Python on the board; float networks, written anew in ncnn's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.runtimes import base, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Protocol, Work
    from harness.runtimes.base import NetworkFiles

NAME = "ncnn"
KINDS: tuple[str, ...] = ("network",)
DEVICES: Mapping[str, str] = {"cpu": ""}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = "ncnn"
SCHEMES: tuple[str, ...] = ("fp32", "fp16", "bf16")
THREADS = True
SCENARIOS = base.BOTH
INFLIGHT = False

# scheme -> what maps and weights are kept in, where that is not 32 bits
STORAGE: Mapping[str, str] = {"fp16": "fp16", "bf16": "bf16"}


def available(board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with ncnn, else why not."""
    return python.available(NAME, board)


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was written in ncnn's form."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    network = base.prepared(item, network)
    files = [base.need(network.converted.get(name), "ncnn", item) for name in ("param", "bin")]
    settings = {"storage": STORAGE.get(network.scheme, "")}
    tolerance_ppm = python.SHORT_FLOATS_PPM.get(network.scheme, 0)
    return python.work(item, board, network, files, settings, tolerance_ppm=tolerance_ppm)
