"""The network `binarized_resnet18` (Bi-Real layout, seeded): a plan the runner executes by itself.

Its products are integers and every other step is one float32 operation, so that the output on
every board equals the numpy reference bit for bit.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from harness.networks.lowering.count import count
from harness.networks.lowering.describe import describe
from harness.networks.lowering.lower import lower
from harness.networks.plans.known import with_check
from harness.networks.plans.plan import write_plan
from harness.networks.plans.reference import check_input, run_reference
from harness.networks.preparing.prepared import Prepared
from harness.networks.sources import seeds
from harness.networks.zoo import birealnet

if TYPE_CHECKING:
    from harness.networks.models.model import Model

schemes = {"w1a1": ("plan",)}
shape = "224x224x3"
trained = False
packages = ("numpy",)
SEED = 1


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


def batch_fault(form: str, batch: int) -> str:
    """Return why this batch cannot be, or nothing."""
    del form  # there is one
    return "" if batch == 1 else "a plan runs one image at a time"


def model(scheme: str) -> Model:
    """Return the layers, batch norms apart."""
    del scheme  # there is one
    return birealnet.build(seed=SEED)


def make(scheme: str, form: str, batch: int, *, input_seed: int) -> Prepared:
    """Return the plan with a seeded input and the reference's output."""
    del form  # there is one
    lowered = lower(model(scheme))
    network = with_check(lowered.network)
    first = network.tensors[network.input]
    data = check_input(seeds.byte_stream(input_seed, first.h * first.w * first.c))
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
        macs_by_precision=count(network).macs,
        layers=describe(lowered),
        check_kind="controller-exact",
    )
