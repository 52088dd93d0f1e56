"""A made-up run with every status, four boards and two kinds of items, for the report's tests."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from harness.records.environment import environment_hash
from harness.records.item import Item
from harness.records.measurement import (
    Accuracy,
    Energy,
    Measurement,
    Memory,
    Reason,
    Startup,
    Status,
)
from harness.store.reader import StoredRun
from tests.helpers import measurements as made

SCHEMES = ("fp32", "fp16", "w8a8", "w4a4", "w2a2", "terna1", "w1a1")
GAIN = {"fp32": 1, "fp16": 1.9, "w8a8": 3.7, "w4a4": 4.4, "w2a2": 7.5, "terna1": 9.1, "w1a1": 14.2}
KERNELS = (
    ("gemm", "512x512x512", 268e6),
    ("gemv", "1x4096x4096", 33.5e6),
    ("conv", "resnet18", 231e6),
)
NETS = {"squeezenet1_1": 700e6, "binarized_resnet18": 3.6e9}
FP32_OPS = {"pi5-a": 31e9, "orin-1": 24e9, "local": 88e9, "qemu-riscv": 0.09e9}

BOARDS = {
    "pi5-a": made.an_environment("pi5-a"),
    "orin-1": made.an_environment(
        "orin-1",
        model="NVIDIA Jetson Orin Nano Developer Kit",
        family="jetson",
        cpu_model="Cortex-A78AE",
        cores=6,
        os="Ubuntu 22.04.4 LTS",
        kernel_release="5.15.136-tegra",
        governor="schedutil",
        idle_units=("DLA", "GPU"),
    ),
    "local": made.an_environment(
        "local",
        model="Virtual machine",
        family="x86",
        cpu_model="AMD EPYC 9R45",
        features=("avx2", "avx512vnni", "avx512vpopcntdq"),
        cores=2,
        vm=True,
        governor=None,
        clock_source="tsc",
        kernel_release="6.1.0",
    ),
    "qemu-riscv": made.an_environment(
        "qemu-riscv",
        model="unknown",
        family="riscv",
        cpu_model="rv64gc",
        features=("v",),
        cores=2,
        emulated="qemu in /proc/self/status",
        governor=None,
        clock_source="unknown",
        kernel_release="6.1.0",
        counters=(),
    ),
}


def _noise(*parts: str) -> float:
    """A steady number in 0..1 for these words."""
    return int(hashlib.sha256("/".join(parts).encode()).hexdigest()[:8], 16) / 2**32


def items() -> list[Item]:
    """Three kernels and two networks in their schemes."""
    found = [made.an_item(workload=w, shape=s, scheme=c) for w, s, _ in KERNELS for c in SCHEMES]
    for net in NETS:
        for scheme in ("fp32", "w8a8", "w1a1"):
            for runtime in ("native", "onnxruntime"):
                weights = "trained" if net == "squeezenet1_1" else "seeded"
                found.append(
                    Item(
                        kind="network",
                        workload=net,
                        scheme=scheme,
                        shape="1x3x224x224",
                        runtime=runtime,
                        cores="1@big",
                        weights=weights,
                        energy=True,
                    )
                )
    return found


def _macs(item: Item) -> float:
    known = {**NETS, **{w: macs for w, _, macs in KERNELS}}
    return known[item.workload]


def _measured(item: Item, board: str) -> Measurement:
    wobble = 0.8 + 0.4 * _noise(board, item.workload, item.scheme, item.runtime)
    ops = FP32_OPS[board] * GAIN[item.scheme] * wobble
    p25 = 2 * _macs(item) / ops * 1e9
    half = 0.002 + 0.012 * _noise(item.scheme, board, "half")
    changes: dict[str, Any] = {
        "latency_ns": made.a_latency(p25, half),
        "clock_hz": {"pi5-a": 2.4e9, "orin-1": 1.51e9, "local": 3.9e9}.get(board),
        "temperature_c": {"pi5-a": 61.0, "orin-1": 54.5}.get(board),
        "variant": {"local": "avx512vpopcnt", "qemu-riscv": "rvv"}.get(board, "dotprod"),
    }
    if item.kind == "kernel":
        changes["ops_per_s"] = ops
        changes["peak_share"] = 0.55 + 0.42 * _noise(board, item.scheme)
    else:
        changes |= _network_facts(item, board, p25)
    return made.a_measurement(item, board, **changes)


def _network_facts(item: Item, board: str, p25: float) -> dict[str, Any]:
    size = {"fp32": 4_960_000, "w8a8": 1_240_000, "w1a1": 155_000}[item.scheme]
    facts: dict[str, Any] = {
        "memory": Memory(weights_bytes=size, arena_bytes=2_400_000, peak_rss_bytes=9_000_000),
        "startup_ns": Startup(load=3_100_000, first=int(p25 * 1.6)),
    }
    if item.weights == "trained" and item.scheme != "fp32":
        value = {"w8a8": 0.942, "w1a1": 0.031}[item.scheme]
        facts["accuracy"] = Accuracy(metric="top1_agreement", value=value, n=8)
    if item.runtime == "native" and item.scheme == "w1a1":
        facts["layers"] = made.layers(p25 * 0.2, p25 * 0.5, p25 * 0.3)
    energy = _energy(board, p25)
    if energy is None:
        facts["energy_absent"] = "no power sensor: looked at hwmon, powercap and INA3221"
    else:
        facts["energy"] = (energy,)
    return facts


def _energy(board: str, p25: float) -> Energy | None:
    if board == "pi5-a":
        return made.an_energy(p25 * 1e-9 * 4.4, source="rp1:rails")
    if board == "orin-1":
        return made.an_energy(
            p25 * 1e-9 * 7.1,
            source="ina3221:VDD_IN",
            scope="module",
            idle_w=5.9,
            active_w=7.1,
            energy_net_j=None,
            u_net_j=None,
            energy_net_upper_j=p25 * 1e-9 * 1.5 * 1000,
            inferences_per_joule_net=None,
            status=Status.SUSPECT,
            reasons=(Reason(rule="V21", words="net power is not resolved", seen=1.2, limit=1.5),),
        )
    return None


def showcase() -> StoredRun:
    """One run on four boards and one that could not be reached."""
    every = items()
    rows = [_at(board, _row(item, board)) for board in BOARDS for item in every]
    rows += [
        made.without_number(i, "vf2", Status.INFRA, "infra", "no route to host after 2 attempts")
        for i in every[:2]
    ]
    peaks = {"w1a1": 1.2e12, "w8a8": 3.0e11, "fp32": 3.8e10}
    real = (name for name, environment in BOARDS.items() if not environment.emulated)
    return made.a_run(rows, every, BOARDS.values(), exit_code=4, peaks=dict.fromkeys(real, peaks))


def _at(board: str, row: Measurement) -> Measurement:
    emulated, vm = board == "qemu-riscv", board == "local"
    name = environment_hash(BOARDS[board])
    return dataclasses.replace(row, emulated=emulated, vm=vm, environment=name)


def _row(item: Item, board: str) -> Measurement:
    if item.runtime == "onnxruntime" and board != "local":
        words = "onnxruntime is not installed on this board"
        return made.without_number(item, board, Status.SKIPPED, "skip", words)
    if item.runtime == "onnxruntime" and item.scheme == "w1a1":
        words = "onnxruntime has no 1-bit kernels"
        return made.without_number(item, board, Status.SKIPPED, "skip", words)
    special = _SPECIAL.get((board, item.workload, item.scheme))
    if special is None:
        return _measured(item, board)
    status, reason = special
    changes: dict[str, Any] = {"status": status, "reasons": (reason,)}
    if status not in {Status.SUSPECT, Status.INVALID}:
        changes["latency_ns"] = None
        return made.without_number(item, board, status, reason.rule, reason.words)
    measured = _measured(item, board)
    return dataclasses.replace(measured, **changes)


_SPECIAL = {
    ("orin-1", "gemm", "w8a8"): (
        Status.SUSPECT,
        Reason(rule="V09", words="throttled while it ran", seen=3, limit=0),
    ),
    ("local", "gemv", "w2a2"): (
        Status.SUSPECT,
        Reason(rule="V11", words="other work took CPU time", seen=0.034, limit=0.01),
    ),
    ("local", "conv", "terna1"): (
        Status.SUSPECT,
        Reason(rule="V11", words="other work took CPU time", seen=0.021, limit=0.01),
    ),
    ("pi5-a", "conv", "w4a4"): (
        Status.INVALID,
        Reason(rule="V01", words="wrong output after timing: 3 of 50176 values differ"),
    ),
    ("orin-1", "conv", "w1a1"): (
        Status.FAILED,
        Reason(rule="failed", words="signal 11 (SIGSEGV) in xnor_conv_w1a1__dotprod"),
    ),
    ("qemu-riscv", "binarized_resnet18", "fp32"): (
        Status.TIMEOUT,
        Reason(rule="timeout", words="one repetition took longer than 60 s"),
    ),
}
