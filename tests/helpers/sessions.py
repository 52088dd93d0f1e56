"""Makers for session tests: facts of a board, work on it, and frames as a runner writes them."""

from __future__ import annotations

import hashlib
from typing import Any

from harness.records.board import BoardEntry, BoardFacts, Hello
from harness.records.item import Item, Plan, Planned, Protocol, Work
from harness.runtimes import native
from harness.session.collect import Collector
from harness.session.judge import Context
from harness.session.order import Session
from harness.session.ready import Ready
from harness.transport.frames import Frame, FrameReader, encode

BOOT = "b00t"


def hello(**changes: Any) -> Hello:
    values: dict[str, Any] = {
        "version": "0.1.0",
        "target": "x86_64",
        "machine": "x86_64",
        "kernel_release": "6.1",
        "cpu_model": "test core",
        "features": ("avx2",),
        "variants": {"gemm_w1a1": ("xnor_gemm_w1a1__ref", "xnor_gemm_w1a1__avx2")},
        "runner_sha256": "ab" * 32,
        "boot_id": BOOT,
        "clock_source": "tsc",
        "clock_step_ns": 20,
        "clock_hz": 3e9,
        "cores": 2,
        "memory_bytes": 1 << 30,
        "page_bytes": 4096,
        "emulated": "",
        "vm": False,
    }
    return Hello(**{**values, **changes})


def facts(name: str = "b1", **changes: Any) -> BoardFacts:
    values: dict[str, Any] = {
        "entry": BoardEntry(name=name),
        "board_id": "id-" + name,
        "hello": hello(),
        "model": "Test Board",
        "family": "generic",
        "os": "Linux",
        "sensor_absent": "looked at nothing",
    }
    return BoardFacts(**{**values, **changes})


def gemm(scheme: str = "w1a1", **changes: Any) -> Item:
    values = {"kind": "kernel", "workload": "gemm", "scheme": scheme, "shape": "64x64x64"}
    return Item(**{**values, **changes})


def work(item: Item | None = None) -> Work:
    item = item or gemm()
    return Work(
        item=item,
        keys={"kind": "kernel", "op": "gemm", "scheme": item.scheme, "m": 64, "n": 64, "k": 64},
        precision_executed=item.scheme,
        macs_by_precision={item.scheme: 64**3},
    )


def context(board: BoardFacts | None = None, *works: Work, **protocol: Any) -> Context:
    board = board or facts()
    planned = tuple(Planned(board=board.name, item=w.item) for w in works)
    plan = Plan(suite="t", protocol=Protocol(**protocol), seed=7, items=planned)
    return Context(run="r1", plan=plan, facts=board, environment="env", runner_sha256="ab" * 32)


def sample(item: Item, rep: int = 0, **changes: Any) -> dict[str, Any]:
    """A healthy repetition: 20 samples of 2 ms with 100 iterations each."""
    wall = [2_000_000 + 100 * (n % 5) + rep for n in range(20)]
    values: dict[str, Any] = {
        "kind": "sample",
        "item": item.item_id,
        "rep": rep,
        "iterations": 100,
        "warmup": 5,
        "wall_ns": wall,
        "cpu_ns": [w - 1000 for w in wall],
        "cpu_clock": "thread",
        "check_before": True,
        "check_after": True,
        "variant": "xnor_gemm_w1a1__avx2",
        "clock_hz": 3e9,
        "major_faults": 0,
        "cpu_mask": "0x1",
        "steady": True,
        "boot_id": BOOT,
        "watch_before": {"governor": "performance"},
        "watch_after": {"governor": "performance"},
    }
    return {**values, **changes}


def item_end(item: Item, covered: list[Frame], **changes: Any) -> dict[str, Any]:
    """A close over the raw bytes of `covered`."""
    digest = hashlib.sha256(b"".join(f.raw + b"\n" for f in covered)).hexdigest()
    values: dict[str, Any] = {
        "kind": "item_end",
        "item": item.item_id,
        "final": True,
        "count": len(covered),
        "sha256": digest,
        "boot_id_start": BOOT,
        "boot_id_end": BOOT,
        "status": "done",
        "stop": "precision",
    }
    return {**values, **changes}


class Spool:
    """Frames in order, through the real encoder and reader."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.frames: list[Frame] = []
        self._reader = FrameReader()

    def add(self, payload: dict[str, Any]) -> Frame:
        line = encode(len(self.lines), payload)
        self.lines.append(line)
        frame = self._reader.feed(line)
        assert frame is not None
        self.frames.append(frame)
        return frame

    def item(self, item: Item, *samples: dict[str, Any], **close: Any) -> None:
        covered = [self.add(s) for s in samples]
        self.add(item_end(item, covered, **close))

    def collected(self) -> Collector:
        collector = Collector()
        for frame in self.frames:
            collector.feed(frame)
        return collector


def real_session(ready: Ready, protocol: Protocol, *schemes: str) -> Session:
    """One GEMM of each scheme on a board that is ready."""
    name = ready.facts.name
    items = [gemm(scheme) for scheme in schemes]
    planned = tuple(Planned(board=name, item=item) for item in items)
    made = Context(
        run="r1",
        plan=Plan(suite="t", protocol=protocol, seed=7, items=planned),
        facts=ready.facts,
        environment="env",
        runner_sha256=ready.deployed.sha256,
    )
    works = [native.describe(item, ready.facts, None, protocol) for item in items]
    return Session(ready=ready, context=made, works=works)
