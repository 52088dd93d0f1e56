"""A runner of this machine in a folder of its own: jobs as text, frames as verified records.

Builds JOB text apart from harness.session on purpose: the runner is held against the contract.
"""

from __future__ import annotations

import functools
import hashlib
import platform
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from harness.toolchain.build import build
from harness.transport.frames import Frame, FrameReader

if TYPE_CHECKING:
    from pathlib import Path

Value = int | str | Sequence[str]
HEAD: Mapping[str, Value] = {
    "holder": "tester@here",
    "deadline_s": 120,
    "budget_s": 30,
    "seed": 42,
    "repetitions_min": 2,
    "repetitions_max": 2,
    "samples": 8,
    "sample_min_ns": 100_000,
    "warmup_ns": 100_000,
    "precision_ppm": 0,
    "isa_mask": "",
    "peaks": 0,
    "root": "/",
    "idle_ns": 0,
    "cool_mc": 0,
    "cool_round_mc": 0,
    "cool_cap_ns": 0,
}
ITEM: Mapping[str, Value] = {
    "threads": 1,
    "cores": "1",
    "timeout_s": 60,
    "energy_windows": 0,
    "energy_window_ns": 0,
}
# a run that ends when it is told to
LONG: Mapping[str, Value] = {
    "repetitions_min": 900,
    "repetitions_max": 900,
    "precision_ppm": 0,
    "budget_s": 100,
}


@functools.cache
def runner_of(target: str) -> Path:
    """Return the runner for a target, built when its sources changed."""
    return build(program="runner", target=target).path


def native() -> Path:
    """Return this machine's runner; skip where the runner has no such target."""
    machine = platform.machine()
    if machine not in ("x86_64", "aarch64", "riscv64"):
        pytest.skip(f"no runner for {machine}")
    return runner_of(machine)


def kernel(name: str, scheme: str = "w1a1", size: int = 32, **more: Value) -> dict[str, Value]:
    """Return the keys of a square GEMM."""
    shape = {"m": size, "n": size, "k": size}
    return {"id": name, "kind": "kernel", "op": "gemm", "scheme": scheme, **shape, **more}


def line(key: str, value: Value) -> bytes:
    """Return `key value`, repeated for a sequence; strings are length-prefixed."""
    if isinstance(value, int):
        return b"%s %d\n" % (key.encode(), value)
    if isinstance(value, str):
        return b"%s %d:%s\n" % (key.encode(), len(value.encode()), value.encode())
    return b"".join(line(key, one) for one in value)


def block(name: str, keys: Mapping[str, Value]) -> bytes:
    """Return `name ... end`."""
    return b"%s\n%send\n" % (
        name.encode(),
        b"".join(line(key, value) for key, value in keys.items()),
    )


def text_watch(name: str, path: Path) -> bytes:
    """Return the line that has a file watched."""
    where = str(path).encode()
    return b"watch %d:%s %d:%s\n" % (len(name), name.encode(), len(where), where)


def wait_for(path: Path, text: str, limit_s: float = 60.0) -> None:
    """Wait until a file holds a text."""
    end = time.monotonic() + limit_s
    while not (path.is_file() and text in path.read_text()):
        assert time.monotonic() < end, f"{text!r} never came to {path.name}"
        time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a runner ended, and the frames it showed."""

    status: int
    frames: list[Frame]
    stderr: str

    def of(self, kind: str, item: str | None = None) -> list[dict[str, Any]]:
        """Payloads of one kind, in order, perhaps of one item only."""
        found = [f.payload for f in self.frames if f.kind == kind]
        return [p for p in found if item is None or p.get("item") == item]

    def final(self, item: str) -> dict[str, Any]:
        """The item's only final item_end."""
        (only,) = (p for p in self.of("item_end", item) if p["final"])
        return only

    def digest(self, item: str) -> str:
        """Hash over the item's sample, energy and long frames as the contract has it."""
        own = [f for f in self.frames if f.payload.get("item") == item]
        data = (f.raw + b"\n" for f in own if f.kind in ("sample", "energy", "long"))
        return hashlib.sha256(b"".join(data)).hexdigest()


def read_frames(text: bytes, *, first: int = 0) -> list[Frame]:
    """Return all frames of a text; raises on a damaged or missing one."""
    reader = FrameReader(first)
    found = (reader.feed(row) for row in text.splitlines(keepends=True))
    return [frame for frame in found if frame is not None]


class Rig:
    """A `--dir` on this machine, with the runner in it."""

    def __init__(self, folder: Path, binary: Path, prefix: Sequence[str] = ()) -> None:
        self.folder = folder / "harness"
        self.prefix = list(prefix)
        self.sha256 = hashlib.sha256(binary.read_bytes()).hexdigest()
        self.runner = self.folder / self.sha256 / "runner"
        self.runner.parent.mkdir(parents=True)
        (self.folder / "blobs").mkdir()
        shutil.copy(binary, self.runner)

    def blob(self, data: bytes) -> str:
        """Put a blob under the name of its content; return the name."""
        name = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / name).write_bytes(data)
        return name

    def job(
        self, run: str, items: Sequence[Mapping[str, Value]], extra: bytes = b"", /, **head: Value
    ) -> bytes:
        """Return JOB text; `head` overrides, `extra` is put before the items."""
        own: dict[str, Value] = {"run": run, "runner": self.sha256, "items": len(items)}
        own["lease"] = str(self.folder / "harness.lock")
        keys: dict[str, Value] = {**HEAD, **own, **head}
        top = b"".join(line(key, value) for key, value in keys.items())
        return b"job 1\n" + top + extra + b"".join(block("item", {**ITEM, **i}) for i in items)

    def call(self, *argv: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run one verb to its end."""
        return subprocess.run(
            [*self.prefix, str(self.runner), *argv],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=240,
        )

    def start(self, job: bytes) -> subprocess.Popen[bytes]:
        """Start `exec` and hand it the job; its stdout is a pipe."""
        started = subprocess.Popen(
            [*self.prefix, str(self.runner), "exec", "--dir", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert started.stdin is not None
        started.stdin.write(job)
        started.stdin.close()
        started.stdin = None  # so that communicate() leaves it alone
        return started

    def execute(self, job: bytes) -> Outcome:
        """Run a job to its end."""
        return _outcome(self.call("exec", "--dir", str(self.folder), stdin=job))

    def tail(self, run: str, first: int = 0) -> Outcome:
        """Follow a run from a frame on."""
        done = self.call("tail", run, "--dir", str(self.folder), "--from", str(first))
        return _outcome(done, first=first)


def _outcome(done: subprocess.CompletedProcess[bytes], *, first: int = 0) -> Outcome:
    frames = read_frames(done.stdout, first=first)
    return Outcome(status=done.returncode, frames=frames, stderr=done.stderr.decode())
