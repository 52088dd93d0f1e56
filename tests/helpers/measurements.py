"""Made-up runs for tests: boards, items and measurements with chosen statuses; nothing recorded."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.records.environment import environment_hash
from harness.records.item import Item, Plan, Planned, Protocol
from harness.records.layers import LayerTime
from harness.records.measurement import (
    Build,
    Check,
    Cores,
    CpuTime,
    Energy,
    Environment,
    Interval,
    Latency,
    Measurement,
    Reason,
    SampleSet,
    Status,
)
from harness.store.facts import RunFacts
from harness.store.reader import StoredRun

RUN = "019aa5f0c8e67b3e8f1a2b3c4d5e6f70"
HOSTILE = "</script><img src=x onerror=alert(1)>"


def an_item(**changes: Any) -> Item:
    """A w1a1 GEMM on one core, changed as told."""
    known: dict[str, Any] = {
        "kind": "kernel",
        "workload": "gemm",
        "scheme": "w1a1",
        "shape": "512x512x512",
    }
    return Item(**{**known, **changes})


def an_environment(board: str = "pi5-a", **changes: Any) -> Environment:
    """A quiet Raspberry Pi 5, changed as told."""
    known: dict[str, Any] = {
        "board": board,
        "board_id": f"id-{board}",
        "model": "Raspberry Pi 5 Model B Rev 1.0",
        "family": "raspberrypi",
        "os": "Debian GNU/Linux 12",
        "kernel_release": "6.6.31+rpt-rpi-2712",
        "cpu_model": "Cortex-A76",
        "features": ("asimd", "dotprod", "fp16"),
        "clock_source": "arch_sys_counter",
        "cores": 4,
        "memory_bytes": 8 << 30,
        "emulated": "",
        "vm": False,
        "governor": "performance",
        "boot_id": "b6f2c1de-0000-4000-8000-000000000001",
        "counters": ("throttle_0",),
    }
    return Environment(**{**known, **changes})


def a_latency(p25_ns: float = 7.62e6, half: float = 0.004, **changes: Any) -> Latency:
    """Five repetitions of twenty samples whose p25 has a relative half-width of `half`."""
    known: dict[str, Any] = {
        "p25": p25_ns,
        "ci95": Interval(of="p25", low=p25_ns * math.exp(-half), high=p25_ns * math.exp(half)),
        "p50": p25_ns * 1.004,
        "iterations_per_sample": 1,
        "samples": 100,
        "repetitions": 5,
    }
    return Latency(**{**known, **changes})


def an_energy(energy_per_inference_j: float = 2.1e-3, **changes: Any) -> Energy:
    """One window of 1,000 inferences on the rails."""
    joules = energy_per_inference_j * 1000
    known: dict[str, Any] = {
        "source": "rp1:rails",
        "scope": "rails",
        "status": Status.OK,
        "windows_ns": ((0, 3_000_000_000),),
        "inferences": 1000,
        "energy_j": joules,
        "u_j": joules * 0.04,
        "energy_net_j": joules * 0.6,
        "u_net_j": joules * 0.05,
        "idle_w": 1.9,
        "active_w": 4.4,
        "inferences_per_joule": 1000 / joules,
        "inferences_per_joule_net": 1000 / (joules * 0.6),
    }
    return Energy(**{**known, **changes})


def layers(*ns: float) -> tuple[LayerTime, ...]:
    """Convolutions of one bit that took so long, and the pool behind them."""
    convolutions = tuple(
        LayerTime(
            name=f"layer{i}.conv",
            op="conv",
            scheme="w1a1",
            shape="28x28x128k3",
            macs=115_605_504,
            variant="xnor_gemm_w1a1__dotprod",
            ns=one,
        )
        for i, one in enumerate(ns)
    )
    pool = LayerTime(
        name="pool", op="avgpool", scheme="", shape="1x1x128", macs=0, variant="", ns=12_000.0
    )
    return (*convolutions, pool)


def a_measurement(item: Item | None = None, board: str = "pi5-a", **changes: Any) -> Measurement:
    """An OK measurement of `item`, changed as told; `latency_ns=None` makes one without."""
    item = item or an_item()
    latency = changes.get("latency_ns", a_latency())
    known: dict[str, Any] = {
        "run": RUN,
        "item": item.item_id,
        "board": board,
        "board_id": f"id-{board}",
        "mode": item.mode,
        "runtime": item.runtime,
        "device": item.device,
        "kind": item.kind,
        "workload": item.workload,
        "family": "xnor" if item.scheme == "w1a1" else "int8",
        "scheme": item.scheme,
        "precision_executed": item.scheme,
        "shape": item.shape,
        "variant": "dotprod",
        "threads": item.threads,
        "cores": Cores(cluster=item.cores, mask="0x8"),
        "batch": item.batch,
        "inflight": item.inflight,
        "scenario": item.scenario,
        "profile": "quick",
        "weights": item.weights,
        "build": Build(runner="5f" * 32),
        "status": Status.OK,
        "check": Check(kind="ref-on-board", passed=True),
        "latency_ns": latency,
        "clock_hz": 2.4e9,
        "temperature_c": 61.0,
        "environment": environment_hash(an_environment(board)),
    }
    if latency is not None:
        known["cpu_ns"] = CpuTime(p50=latency.p50, clock="thread")
        known["inferences_per_s"] = item.batch * 1e9 / latency.p50
    return Measurement(**{**known, **changes})


def without_number(item: Item, board: str, status: Status, rule: str, words: str) -> Measurement:
    """A row of an item that has no number, with its reason."""
    reasons = (Reason(rule=rule, words=words),)
    absent: dict[str, Any] = dict.fromkeys(("latency_ns", "check", "clock_hz", "temperature_c"))
    return a_measurement(item, board, status=status, reasons=reasons, **absent)


def samples_of(measurement: Measurement, repetitions: int = 3) -> tuple[SampleSet, ...]:
    """Raw samples around the measurement's p25."""
    wall = round(measurement.latency_ns.p25) if measurement.latency_ns else 1_000_000
    times = tuple(wall + 100 * i for i in range(20))
    return tuple(
        SampleSet(
            item=measurement.item,
            board=measurement.board,
            repetition=r,
            iterations=1,
            wall_ns=times,
            cpu_ns=times,
        )
        for r in range(repetitions)
    )


def a_plan(measurements: Iterable[Measurement], items: Iterable[Item], suite: str = "made") -> Plan:
    """The plan that exactly these measurements account for."""
    by_id = {item.item_id: item for item in items}
    planned = tuple(
        Planned(
            board=m.board,
            item=by_id[m.item],
            skip=m.reasons[0].words if m.status is Status.SKIPPED else "",
        )
        for m in measurements
    )
    return Plan(suite=suite, protocol=Protocol(), seed=7, items=planned, dropped=12)


def a_run(
    measurements: Iterable[Measurement],
    items: Iterable[Item],
    environments: Iterable[Environment] = (),
    **changes: Any,
) -> StoredRun:
    """A closed run of `measurements` as the reader would return it."""
    rows = tuple(measurements)
    facts: dict[str, Any] = {
        "run": RUN,
        "suite": "made",
        "command": "harness run suites/made.yaml",
        "harness": "0.1.0",
        "git_sha": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "started": "2026-11-21T10:00:00Z",
        "ended": "2026-11-21T10:04:31Z",
        "exit_code": 0,
    }
    return StoredRun(
        folder=Path("results/2026/11") / RUN,
        plan=a_plan(rows, items),
        facts=RunFacts(**{**facts, **changes}),
        measurements=rows,
        attempts=rows,
        environments={environment_hash(e): e for e in environments},
        closed=True,
    )


def renamed(run: StoredRun, old: str, new: str) -> StoredRun:
    """The same run with a board called otherwise."""

    def swap(row: Any) -> Any:
        return dataclasses.replace(row, board=new) if row.board == old else row

    return dataclasses.replace(
        run,
        measurements=tuple(swap(m) for m in run.measurements),
        attempts=tuple(swap(m) for m in run.attempts),
        environments={k: swap(e) for k, e in run.environments.items()},
        plan=dataclasses.replace(run.plan, items=tuple(swap(p) for p in run.plan.items)),
    )
