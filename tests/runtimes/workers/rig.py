"""Starts a worker as the board's runner does, and reads its account on descriptor 3."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKERS = Path(__file__).parents[3] / "harness" / "runtimes" / "workers"
SETTINGS = {
    "SAMPLES": 5,
    "SAMPLE_MIN_NS": 1_000_000,
    "WARMUP_NS": 5_000_000,
    "THREADS": 1,
    "WINDOW_NS": 0,
}


@dataclass(frozen=True)
class Report:
    """What came over descriptor 3: the lines, and the two outputs."""

    lines: list[list[str]]
    before: bytes
    after: bytes

    def of(self, key: str) -> list[list[str]]:
        """The words behind `key`, line by line."""
        return [words[1:] for words in self.lines if words[0] == key]

    @property
    def executed(self) -> str:
        """What the worker read back."""
        ((word,),) = self.of("executed")
        return word

    @property
    def samples(self) -> list[tuple[int, int, int]]:
        """Begin, end and CPU time of each."""
        return [(int(a), int(b), int(c)) for a, b, c in self.of("sample")]


def parse(data: bytes) -> Report:
    """Read the account as the runner does: lines, then two counted pieces, then `done`."""
    lines = []
    pieces = {}
    while data:
        line, _, data = data.partition(b"\n")
        words = line.decode("ascii").split(" ")
        if words[0] == "output":
            size = int(words[2])
            pieces[words[1]], data = data[:size], data[size:]
        else:
            lines.append(words)
    return Report(lines=lines, before=pieces["before"], after=pieces["after"])


def start(
    python: str, worker: Path, files: list[Path], **environment: int
) -> tuple[int, bytes, bytes]:
    """Run timing.py with `worker`; returns (status, account, stderr)."""
    variables = {f"HARNESS_{k}": str(v) for k, v in {**SETTINGS, **environment}.items()}
    account, write_end = os.pipe()
    with tempfile.TemporaryFile() as log:
        # as the runner starts it: the pipe on 3, everything else closed
        actions = [
            (os.POSIX_SPAWN_DUP2, write_end, 3),
            (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
        ]
        argv = [python, str(WORKERS / "timing.py"), str(worker), *map(str, files)]
        pid = os.posix_spawn(python, argv, {**os.environ, **variables}, file_actions=actions)
        os.close(write_end)
        with os.fdopen(account, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(pid, 0)
        log.seek(0)
        return os.waitstatus_to_exitcode(status), data, log.read()


def files(folder: Path, settings: Mapping[str, object], given: bytes, *models: bytes) -> list[Path]:
    """Write configuration, input and models as a worker gets them."""
    common = {
        "form": 2,
        "precision": "fp32",
        "input_type": "float32",
        "inflight": 1,
        "spinning": False,
    }
    data = [json.dumps({**common, **settings}).encode(), given, *models]
    paths = [folder / f"blob{index}" for index in range(len(data))]
    for path, content in zip(paths, data, strict=True):
        path.write_bytes(content)
    return paths


def account(
    worker: str, files: list[Path], python: str = sys.executable, **environment: int
) -> Report:
    """Run a worker of ours that must succeed."""
    status, data, words = start(python, WORKERS / f"{worker}_worker.py", files, **environment)
    assert status == 0, words
    return parse(data)
