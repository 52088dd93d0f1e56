"""Two threads beside one on whole networks; how that is measured is in `bench_common.crews`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from harness.networks.zoo.registry import prepare
from tests.bench_common.crews import take_turns
from tests.bench_common.page import MISSING
from tests.bench_networks.goals import BINARIZED, SQUEEZENET
from tests.bench_networks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.networks.preparing.prepared import Prepared
    from tests.kernels.runner_rig import Rig, Value

GOAL = "two threads: times one thread, by wall time"
TARGET = 1.7
SAMPLES = 20
NETWORKS = ((BINARIZED, "w1a1"), (SQUEEZENET, "w8a8"), (SQUEEZENET, "fp32"))


def rows(say: Callable[[str], None]) -> list[Row]:
    """Measure every network; needs two CPUs to itself, whatever the caller is bound to."""
    made = []
    for network, scheme in NETWORKS:
        say(f"  threads: {network} {scheme}")
        made.append(_row(prepare(network, scheme, form="plan")))
    return made


def _item(prepared: Prepared, rig: Rig) -> Mapping[str, Value]:
    blobs = {"plan": prepared.plan, "input": prepared.input, "expected": prepared.expected}
    names = {key: rig.blob(data) for key, data in blobs.items() if data is not None}
    return {"kind": "network", **names, "tolerance_ppm": prepared.tolerance_ppm}


def _row(prepared: Prepared) -> Row:
    pair = take_turns(partial(_item, prepared), samples=SAMPLES)
    one, two = pair.lows_ns
    return Row(
        goal=GOAL,
        workload=prepared.name,
        scheme=prepared.scheme,
        shape="x".join(map(str, prepared.input_shape)),
        variant=pair.variants or MISSING,
        ours=two / 1e6,
        accuracy=prepared.weights,
        peer=pair.against,
        peers=one / 1e6,
        ratio=pair.ratio,
        ratio_range=pair.ratio_range,
        target=TARGET,
        met=pair.ratio >= TARGET if pair.is_known else None,
    )
