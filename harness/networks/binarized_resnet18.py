"""The network `binarized_resnet18` (Bi-Real layout, seeded): a plan the runner executes by itself.

Integers throughout, so the output on every board equals the numpy reference bit for bit.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.networks import birealnet, seeds
from harness.networks.graph import Check, PlanNetwork
from harness.networks.plan import fnv1a, write_plan
from harness.networks.prepared import Prepared
from harness.networks.reference import run_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

schemes = {"w1a1": "plan"}
shape = "224x224x3"
trained = False
packages = ("numpy",)
SEED = 1
_CHECK_SEED = 1
_MACS = {"w1a1": 1_676_279_808, "w8a8": 137_793_536}


def macs(scheme: str) -> Mapping[str, int]:
    """Return multiply-adds by precision: stem, shortcuts and classifier are of 8 bit."""
    return dict(_MACS) if scheme in schemes else {}


def weights_at_hand() -> str:
    """Return the origin of the weights: there are no trained ones."""
    return "seeded"


def obtain() -> str:
    """Return "": nothing is ever missing."""
    return ""


def uses_seed() -> bool:
    """Say whether the input depends on the seed."""
    return True


def state() -> tuple[str, ...]:
    """Return what the result depends on beyond the arguments of `make`: nothing."""
    return ()


def batch_fault(batch: int) -> str:
    """Return why this batch cannot be, or nothing."""
    return "" if batch == 1 else "a plan runs one image at a time"


def make(scheme: str, batch: int, *, input_seed: int) -> Prepared:
    """Return the plan with seeded input bytes and the reference's output."""
    network = with_check(birealnet.build(seed=SEED))
    first = network.tensors[network.input]
    data = seeds.byte_stream(input_seed, first.bytes)
    plan = write_plan(network)
    return Prepared(
        name="binarized_resnet18",
        scheme=scheme,
        batch=batch,
        onnx=None,
        plan=plan,
        input=data,
        input_shape=(1, first.h, first.w, first.c),
        expected=run_reference(network, data),
        tolerance_ppm=0,
        weights="seeded",
        sha256=sha256(plan).hexdigest(),
        macs_by_precision=macs(scheme),
        check_kind="controller-exact",
    )


def with_check(network: PlanNetwork, seed: int = _CHECK_SEED) -> PlanNetwork:
    """Return `network` with a known answer of its own, worked out by the reference."""
    data = seeds.byte_stream(seed, network.tensors[network.input].bytes)
    answer = Check(seed=seed, output_fnv=fnv1a(run_reference(network, data)))
    return replace(network, checks=(answer,))
