"""What runtimes that are Python packages share: interpreter, loop, worker, settings and network.

Each is started as a program: `timing.py` times, the runtime's own worker opens and infers.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, NetworkError
from harness.records.item import Blob
from harness.runtimes import base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Work
    from harness.runtimes.base import NetworkFiles

_WORKERS = Path(__file__).with_name("workers")
_FLOAT_BYTES = 4
# 8 bits of mantissa in bfloat16, 11 in half: an error of 2^-9 a rounding, over the layers in turn.
# SqueezeNet 1.1 in bfloat16: 3,300 ppm by OpenVINO, 3,700 by ncnn.
SHORT_FLOATS_PPM: Mapping[str, int] = {"fp16": 10_000, "bf16": 20_000}
# a folder of OpenVINO's archives: its own script sets what its libraries need; $0 is that folder
_SETUP = '. "$0/setupvars.sh" >/dev/null 2>&1; exec python3 "$@"'


def available(name: str, board: BoardFacts) -> str:
    """Return "" when the board has an interpreter with this runtime, else why not."""
    if name in board.runtimes:
        return ""
    return board.runtime_absent.get(name, f"no Python with {name} was found on the board")


def work(
    item: Item,
    board: BoardFacts,
    network: NetworkFiles,
    models: Sequence[bytes],
    settings: Mapping[str, object],
    *,
    tolerance_ppm: int = 0,
) -> Work:
    """Return the order: a program, its blobs, what must come out.

    `settings` are the worker's own; `tolerance_ppm` is the runtime's, where it is the wider one.
    """
    name = item.runtime
    reason = available(name, board)
    if reason:
        raise ConfigError(f"{name} cannot run on {board.name}: {reason}", where=item.label)
    config = _config(item, network, settings)
    files = (script("timing"), script(f"{name}_worker"), config, network.input, *models)
    keys: dict[str, int | str | tuple[str, ...]] = {
        "kind": "program",
        "arg": (
            *interpreter(board.runtimes[name]),
            *(f"blob:{Blob.of(data).sha256}" for data in files),
        ),
        "expected": Blob.of(network.expected).sha256,
        "tolerance_ppm": max(network.tolerance_ppm, tolerance_ppm),
    }
    return base.network_work(item, network, keys, (*files, network.expected))


def interpreter(place: str) -> tuple[str, ...]:
    """Return the words that start Python with a runtime that the probe found at `place`."""
    return ("bash", "-c", _SETUP, place.rstrip("/")) if place.endswith("/") else (place,)


@cache
def script(name: str) -> bytes:
    """Return a script that is pushed to the board."""
    return (_WORKERS / f"{name}.py").read_bytes()


def _config(item: Item, network: NetworkFiles, settings: Mapping[str, object]) -> bytes:
    """Settings of the worker; threads, samples and times come from the runner's environment."""
    wanted = math.prod(network.input_shape) * _FLOAT_BYTES
    if wanted != len(network.input):
        raise NetworkError(
            f"the input has {len(network.input)} bytes, float32 {network.input_shape} has {wanted}",
            where=item.label,
        )
    common = {
        "form": 2,
        "precision": network.scheme,
        "input_shape": list(network.input_shape),
        "input_type": "float32",
        "inflight": item.inflight,
        "spinning": False,
    }
    return json.dumps({**common, **settings}, sort_keys=True).encode("ascii")
