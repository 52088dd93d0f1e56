from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.ladder import evaluate as ladder
from harness.networks.ladder import files, sample
from harness.networks.ladder.layout import SCHEMES
from harness.networks.lowering.count import count
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.plans.reference import run_reference
from harness.networks.zoo.ladder_model import ladder_model
from tests.networks.ladder import examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.ladder.nets import LadderNet

IMAGES = 3
TRAINED = [entry for entry in files.entries().values() if entry.width != "2"]
INTEGERS = [name for name in SCHEMES if name != "fp32"]


def check_exact(net: LadderNet, images: NDArray[np.uint8]) -> None:
    network = lower(ladder_model(net)).network
    wanted = ladder.evaluate(net, images)
    for pixels, logits in zip(ladder.pixels(images), wanted, strict=True):
        made = run_reference(network, pixels[..., None].tobytes())
        assert made == logits.astype("<f4").tobytes()


@pytest.mark.parametrize("entry", TRAINED, ids=lambda entry: str(entry.name))
def test_plans_of_trained_nets_give_the_very_numbers_of_the_ladder(entry: files.Entry) -> None:
    if entry.scheme != "fp32":
        check_exact(files.load(entry.scheme, entry.width), sample.load()[0][:IMAGES])


@pytest.mark.parametrize("scheme", INTEGERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_plans_of_any_net_give_the_very_numbers_of_the_ladder(scheme: str, seed: int) -> None:
    check_exact(examples.net(scheme, seed), examples.images(20, seed))


def test_the_float_net_agrees_to_a_rounding() -> None:
    net = files.load("fp32")
    model = ladder_model(net)
    network = lower(model).network
    images = sample.load()[0][:IMAGES]
    for pixels, logits in zip(ladder.pixels(images), ladder.evaluate(net, images), strict=True):
        given = pixels[..., None]
        made = np.frombuffer(run_reference(network, given.tobytes()), "<f4")
        np.testing.assert_allclose(made, logits, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(
            evaluate(model, given)["logits"].ravel(), logits, rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_blocks_are_multiplied_as_their_scheme_says(scheme: str) -> None:
    net = examples.net(scheme)
    macs = count(lower(ladder_model(net)).network).macs
    blocks = {1: 14 * 14 * 9 * 2, 2: 7 * 7 * 9 * (2 + 4), 3: 4 * 4 * 9 * (8 + 16)}
    inner = sum(blocks.values()) * net.width**2
    # the stem, 14 x 14, and the dense layer
    edges = 14 * 14 * 9 * net.width + 10 * 4 * net.width
    if scheme in ("fp32", "w8a8"):
        assert macs == {scheme: inner + edges}
    else:
        assert macs == {scheme: inner, "w8a8": edges}


def test_the_base_net_of_one_bit_costs_what_it_should() -> None:
    counts = count(lower(ladder_model(files.load("w1a1"))).network)
    assert round(counts.macs["w1a1"] / 1e6, 2) == 9.86
    assert counts.parameters > 294_912
