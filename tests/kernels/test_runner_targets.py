"""The other targets on emulated boards: they run, prove their outputs, and own to be emulated."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from harness.transport.registry import open_transport
from tests.kernels.runner_rig import HEAD, ITEM, Value, block, kernel, line, read_frames, runner_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.virtual import VirtualBoard

TARGETS = {"arm64": "aarch64", "armhf": "arm", "riscv64": "riscv64"}
FOLDER = "/tmp/harness"


@pytest.mark.parametrize("target", ["x86_64", *TARGETS.values()])
def test_a_runner_stays_small(target: str) -> None:
    assert runner_of(target).stat().st_size < 400_000


@pytest.mark.qemu
@pytest.mark.parametrize("arch", TARGETS)
def test_a_foreign_board_says_hello_and_does_a_job(
    arch: str, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    server = virtual_board(arch).server
    binary = runner_of(TARGETS[arch])
    sha256 = hashlib.sha256(binary.read_bytes()).hexdigest()
    transport = open_transport(server.entry(), server.settings())
    try:
        runner = f"{FOLDER}/{sha256}/runner"
        transport.run(["mkdir", "-p", f"{FOLDER}/{sha256}", f"{FOLDER}/blobs"])
        transport.put(binary.read_bytes(), runner, mode=0o755)
        hello = read_frames(transport.run([runner, "hello"]).stdout)[0].payload
        assert hello["target"] == TARGETS[arch]
        assert "qemu" in hello["emulated"]
        assert hello["runner_sha256"] == sha256
        own = {"run": f"t-{arch}", "runner": sha256, "lease": f"{FOLDER}/harness.lock"}
        head = b"".join(line(k, v) for k, v in {**HEAD, **own, "samples": 4, "items": 4}.items())
        items = [kernel("a", size=16), kernel("b", "w8a8", 16), kernel("c", "fp32", 16)]
        # threads that sleep between ticks and are woken: each target has its own futex
        pace: dict[str, Value] = {
            "sustain_ns": 500_000_000,
            "pace_ns": 50_000_000,
            "threads": 2,
            "cores": "all",
        }
        items.append({**kernel("d", size=16), **pace})
        job = b"job 1\n" + head + b"".join(block("item", {**ITEM, **i}) for i in items)
        done = transport.run([runner, "exec", "--dir", FOLDER], stdin=job, timeout_s=200)
        frames = read_frames(done.stdout)
    finally:
        transport.close()
    assert done.status == 0, done.stderr
    closes = [f.payload for f in frames if f.kind == "item_end" and f.payload["final"]]
    assert {(c["item"], c["status"], c["count"]) for c in closes} == {
        ("a", "done", 2),
        ("b", "done", 2),
        ("c", "done", 2),
        ("d", "done", 1),
    }
    (long,) = [f.payload for f in frames if f.kind == "long"]
    assert long["releases"] == 10
    assert long["inferences"] + long["missed"] >= 10
    samples = [f.payload for f in frames if f.kind == "sample"]
    assert all(s["check_before"] and s["check_after"] for s in samples)
