"""Models, lowered, carried out by kernels/nets: the very numbers of the model where it is exact."""

from __future__ import annotations

import platform
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.ladder import evaluate as ladder
from harness.networks.ladder.layout import SCHEMES
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.plans.plan import write_plan
from harness.networks.plans.reference import run_reference
from harness.networks.quantising.annotate import annotate
from harness.networks.quantising.quantisers import sqnr_db
from harness.networks.zoo.ladder_model import ladder_model
from tests.networks.ladder import examples
from tests.networks.quantising.test_annotate import fire
from tests.networks.random_models import random_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from harness.networks.plans.graph import PlanNetwork

HERE = platform.machine()


def carried_out(
    program: Path, folder: Path, network: PlanNetwork, image: NDArray[np.float32]
) -> bytes:
    plan, given, made = folder / "net.plan", folder / "input", folder / "output"
    plan.write_bytes(write_plan(network))
    given.write_bytes(image.astype("<f4").tobytes())
    argv = [str(part) for part in (program, "run", plan, given, made)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{network.name}: {done.returncode}: {done.stderr}"
    return made.read_bytes()


def test_models_made_at_random(driver: Callable[..., Path], tmp_path: Path) -> None:
    for seed in range(60):
        net, model = random_model(seed)
        image = net.image()
        made = carried_out(driver(HERE), tmp_path, lower(model).network, image)
        wanted = evaluate(model, image)[model.output].astype("<f4")
        # equal as numbers: which zero it is depends on the order of steps
        np.testing.assert_array_equal(np.frombuffer(made, "<f4"), wanted.ravel(), f"seed {seed}")


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "fp32"])
def test_nets_of_the_ladder(driver: Callable[..., Path], tmp_path: Path, scheme: str) -> None:
    net = examples.net(scheme)
    images = examples.images(2)
    network = lower(ladder_model(net)).network
    for pixels, logits in zip(ladder.pixels(images), ladder.evaluate(net, images), strict=True):
        made = carried_out(driver(HERE), tmp_path, network, pixels[..., None])
        assert made == logits.astype("<f4").tobytes()


@pytest.mark.parametrize(
    ("scheme", "dual"), [("w8a8", False), ("w4a8", False), ("w4a8", True), ("fp16", False)]
)
def test_networks_quantised_after_training(
    driver: Callable[..., Path], tmp_path: Path, scheme: str, *, dual: bool
) -> None:
    model, images = fire()
    network = lower(annotate(model, scheme, images, dual=dual)).network
    made = carried_out(driver(HERE), tmp_path, network, images[0])
    wanted = run_reference(network, images[0].tobytes())
    if scheme == "fp16":
        assert sqnr_db(np.frombuffer(wanted, "<f4"), np.frombuffer(made, "<f4")) > 50
    else:
        assert made == wanted
