"""onnxruntime on the board's CPU, started as a program: interpreter, worker script, three blobs.

The interpreter is one that the user named or the probe found, with onnxruntime installed.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, NetworkError
from harness.records.item import Blob, Item, Protocol, Work
from harness.runtimes import base

if TYPE_CHECKING:
    from harness.records.board import BoardFacts
    from harness.runtimes.base import NetworkFiles

NAME = "onnxruntime"
KINDS: tuple[str, ...] = ("network",)
DEVICES: tuple[str, ...] = ("cpu",)
FORMS: tuple[str, ...] = ("onnx",)
THREADS = True
MODULE = "onnxruntime"
INTERPRETERS: tuple[str, ...] = ("python3",)

PROVIDER = "CPUExecutionProvider"
_WORKER = Path(__file__).with_name("workers") / "onnxruntime_worker.py"
_FLOAT_BYTES = 4


def available(board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with onnxruntime, else why not."""
    if NAME in board.runtimes:
        return ""
    return board.runtime_absent.get(NAME, "no Python with onnxruntime was found on the board")


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a network that was prepared as ONNX."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    if item.kind not in KINDS or network is None:
        raise NetworkError(f"{item.workload} was not prepared", where=item.label)
    reason = available(board)
    if reason:
        raise ConfigError(f"onnxruntime cannot run on {board.name}: {reason}", where=item.label)
    model = base.need(network.onnx, "ONNX", item)
    config = _config(item, network)
    files = (worker_script(), config, model, network.input)
    keys: dict[str, int | str | tuple[str, ...]] = {
        "kind": "program",
        "arg": (board.runtimes[NAME], *(f"blob:{Blob.of(data).sha256}" for data in files)),
        "expected": Blob.of(network.expected).sha256,
        "tolerance_ppm": network.tolerance_ppm,
    }
    return base.network_work(item, network, keys, (*files, network.expected))


@cache
def worker_script() -> bytes:
    """Return the script that is pushed to the board."""
    return _WORKER.read_bytes()


def _config(item: Item, network: NetworkFiles) -> bytes:
    """Settings of the worker; threads, samples and times come from the runner's environment."""
    wanted = math.prod(network.input_shape) * _FLOAT_BYTES
    if wanted != len(network.input):
        raise NetworkError(
            f"the input has {len(network.input)} bytes, float32 {network.input_shape} has {wanted}",
            where=item.label,
        )
    settings = {
        "form": 1,
        "provider": PROVIDER,
        "precision": network.scheme,
        "input_shape": list(network.input_shape),
        "input_type": "float32",
        "spinning": False,
    }
    return json.dumps(settings, sort_keys=True).encode("ascii")
