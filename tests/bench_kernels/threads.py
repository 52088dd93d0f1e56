"""Two threads beside one on some kernels; how that is measured is in `bench_common.crews`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from harness.records.shape import parse
from tests.bench_common.crews import take_turns
from tests.bench_common.page import MISSING
from tests.bench_kernels.rows import Row
from tests.kernels.runner_rig import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.bench_common.crews import Pair
    from tests.kernels.runner_rig import Rig, Value

GOAL = "two threads: times one thread, by wall time"
TARGET = 1.8
SAMPLES = 40
SHAPES = (
    ("gemm", "w1a1", "512x512x512"),
    ("gemm", "w1a1", "784x128x1152"),
    ("gemm", "w8a8", "512x512x512"),
    ("gemm", "fp32", "512x512x512"),
    ("gemv", "w1a1", "4096x4096"),
    ("conv", "w1a1", "56x56x64x64k3"),
    ("conv", "w1a1", "14x14x256x256k3"),
)


def rows(say: Callable[[str], None]) -> list[Row]:
    """Measure every shape; needs two CPUs to itself, whatever the caller is bound to."""
    made = []
    for op, scheme, shape in SHAPES:
        say(f"  threads: {op} {scheme} {shape}")
        pair = take_turns(partial(_item, op, scheme, shape), samples=SAMPLES)
        made.append(_row(op, scheme, shape, pair))
    return made


def _item(op: str, scheme: str, shape: str, _rig: Rig) -> Mapping[str, Value]:
    return {**kernel("k", scheme), **parse(op, shape).keys, "op": op}


def _row(op: str, scheme: str, shape: str, pair: Pair) -> Row:
    one, two = pair.lows_ns
    work = 2.0 * parse(op, shape).macs
    return Row(
        goal=GOAL,
        workload=op,
        scheme=scheme,
        shape=shape,
        variant=pair.variants or MISSING,
        ours=work / two if two else 0.0,
        unit="GOPS",
        peak_share=0.0,
        own_share=0.0,
        peer=pair.against,
        peers=work / one if one else 0.0,
        ratio=pair.ratio,
        ratio_range=pair.ratio_range,
        target=TARGET,
        met=pair.ratio >= TARGET if pair.is_known else None,
    )
