"""TensorRT on a Jetson's GPU or DLA, by the `trtexec` that JetPack ships; a worker starts it.

Tried on synthetic fixtures only: no board with TensorRT was at hand (see docs of the runtimes).
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.records.item import Blob, Item, Protocol, Work
from harness.runtimes import base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.runtimes.base import NetworkFiles

NAME = "tensorrt"
KINDS: tuple[str, ...] = ("network",)
DEVICES: Mapping[str, str] = {"gpu": "", "dla": ""}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = ""
SCHEMES: tuple[str, ...] = ("fp32", "fp16", "w8a8")
SCENARIOS = base.LATENCY
INFLIGHT = False
THREADS = False

PYTHON = "python3"
TIMED_BY = "trtexec's own clock: input, compute and output of each inference"
# a large network's engine takes a quarter of an hour on the smallest boards; built once
TIMEOUT_S = 1800
_WORKER = Path(__file__).with_name("workers") / "trtexec_worker.py"


def available(board: BoardFacts) -> str:
    """Return "" when the board has a folder of TensorRT, else why not."""
    if NAME in board.runtimes:
        return ""
    return board.runtime_absent.get(NAME, "no TensorRT was found on the board")


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was prepared as ONNX."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    network = base.prepared(item, network)
    reason = available(board)
    if reason:
        raise ConfigError(f"tensorrt cannot run on {board.name}: {reason}", where=item.label)
    if item.scheme not in SCHEMES:
        raise ConfigError(
            f"tensorrt has no {item.scheme}", where=item.label, do=f"it has: {', '.join(SCHEMES)}"
        )
    model = base.need(network.onnx, "ONNX", item)
    files = [Blob.of(data) for data in (worker_script(), _config(item), model, network.input)]
    script, config, onnx, data = (f"blob:{blob.sha256}" for blob in files)
    python = board.entry.runtimes.get("python", PYTHON)
    trtexec = f"{board.runtimes[NAME].rstrip('/')}/bin/trtexec"
    expected = Blob.of(network.expected)
    keys: dict[str, int | str | tuple[str, ...]] = {
        "kind": "program",
        "arg": (python, script, config, trtexec, onnx, data),
        "expected": expected.sha256,
        "tolerance_ppm": network.tolerance_ppm,
    }
    contents = tuple(blob.data for blob in (*files, expected))
    work = base.network_work(item, network, keys, contents)
    # half floats of the same network: its own scheme says what the model's weights were
    return replace(work, precision_executed=item.scheme, timed_by=TIMED_BY, timeout_s=TIMEOUT_S)


@cache
def worker_script() -> bytes:
    """Return the script that is pushed to the board."""
    return _WORKER.read_bytes()


def _config(item: Item) -> bytes:
    settings = {"form": 1, "precision": item.scheme, "device": item.device, "dla_core": 0}
    return json.dumps(settings, sort_keys=True).encode("ascii")
