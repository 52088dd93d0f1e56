from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Add, Concat, Conv, Dense, MaxPool, Model, Quant
from harness.networks.plans.reference import trace
from harness.networks.quantising.annotate import annotate
from harness.networks.quantising.quantisers import omse, sqnr_db
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Images = list[NDArray[np.float32]]


def fire() -> tuple[Model, Images]:
    """A product, a pool, two parts joined, an addition, a mean, a dense layer."""
    net = Net((16, 16, 3), dyadic=False)
    x = net.maxpool(net.relu(net.affine(net.conv("input", 16, bits=32))))
    x = net.concat(net.relu(net.conv(x, 8, 1, pad=0, bits=32)), net.relu(net.conv(x, 24, bits=32)))
    y = net.relu(net.conv(x, 32, bits=32))
    x = net.relu(net.add(net.conv(y, 32, bits=32), x))
    model = net.model(net.dense(net.avgpool(x, 7, 1), 10, bits=32))
    return model, [net.image(seed) for seed in range(8)]


def sqnr(one: Model, other: Model, images: Images) -> float:
    values = [np.stack([evaluate(m, i)[m.output] for i in images]) for m in (one, other)]
    return sqnr_db(values[0], values[1])


def test_every_scheme_costs_what_it_should() -> None:
    model, images = fire()
    costs = {
        (scheme, dual): sqnr(model, annotate(model, scheme, images, dual=dual), images)
        for scheme, dual in (("w4a8", False), ("w4a8", True), ("w8a8", False), ("fp16", False))
    }
    assert costs["w4a8", False] > 8
    assert costs["w4a8", True] > costs["w4a8", False] + 6
    assert costs["w8a8", False] > 25
    assert costs["fp16", False] > 55


def test_maps_that_meet_share_a_step() -> None:
    model, images = fire()
    made = annotate(model, "w8a8", images)
    by_output = {node.output: node for node in made.nodes}
    for node in made.nodes:
        if isinstance(node, Concat):
            one, other = (by_output[name] for name in node.inputs)
            assert isinstance(one, Quant)
            assert isinstance(other, Quant)
            assert (one.scale, one.zero) == (other.scale, other.zero)
        if isinstance(node, MaxPool):
            assert isinstance(by_output[node.inputs[0]], Quant)
            assert not any(isinstance(n, Quant) and n.inputs == (node.output,) for n in made.nodes)


def test_ranges_hold_all_that_calibration_showed_and_zero_exactly() -> None:
    model, images = fire()
    made = annotate(model, "w8a8", images)
    for image in images:
        values = evaluate(made, image)
        for node in made.nodes:
            if isinstance(node, Quant):
                given = values[node.inputs[0]]
                # quantised weights move the extremes a little
                assert float(given.max()) <= (node.high + 8 - node.zero) * node.scale
                assert float(given.min()) >= (node.low - 8 - node.zero) * node.scale
                assert node.low <= node.zero <= node.high


def test_only_inner_weights_have_four_bits_chosen_by_least_error() -> None:
    model, images = fire()
    made = annotate(model, "w4a8", images)
    products = [node for node in made.nodes if isinstance(node, Conv | Dense)]
    assert [node.weights.bits for node in products] == [8, 4, 4, 4, 4, 8]
    given = [node for node in model.nodes if isinstance(node, Conv)][1]
    wanted = omse(given.weights.values.astype(np.float32), 4)
    np.testing.assert_array_equal(products[1].weights.values, wanted.codes)
    assert int(products[0].weights.values.max()) <= 127
    assert int(np.abs(products[0].weights.values).max(axis=(1, 2, 3)).min()) == 127


def test_dual_weights_are_two_products_and_one_layer_adds_them() -> None:
    model, images = fire()
    made = annotate(model, "w4a8", images, dual=True)
    products = [node for node in made.nodes if isinstance(node, Conv | Dense)]
    assert len(products) == 2 + 2 * 4
    assert sum(isinstance(node, Add) for node in made.nodes) == 1 + 4
    inner = [layer for layer in lower(made).network.layers if layer.scheme == "w4a8"]
    assert [layer.shortcut is not None for layer in inner[:4]] == [False, True, False, True]


@pytest.mark.parametrize(("scheme", "dual"), [("w8a8", False), ("w4a8", False), ("w4a8", True)])
def test_the_plan_of_a_quantised_network_computes_it(scheme: str, *, dual: bool) -> None:
    model, images = fire()
    made = annotate(model, scheme, images, dual=dual)
    lowered = lower(made)
    traced = trace(lowered.network, images[0].tobytes())
    wanted = evaluate(made, images[0])[made.output]
    # a sum that falls on a half may be rounded otherwise: one step of many
    spread = float(wanted.std())
    assert np.abs(traced[lowered.network.output] - wanted).max() < 0.02 * spread


@pytest.mark.parametrize("dual", [False, True])
def test_biases_get_back_what_weights_lose_on_average(*, dual: bool) -> None:
    net = Net((6, 6, 8), dyadic=False)
    x = net.relu(net.conv("input", 16, 1, pad=0, bits=32))
    y = net.conv(x, 12, 1, pad=0, bits=32)
    model = net.model(net.dense(y, 4, bits=32))
    images = [net.image(seed) for seed in range(4)]
    made = annotate(model, "w4a8", images, dual=dual)
    given = next(node for node in model.nodes if node.output == y)
    assert isinstance(given, Conv)
    inner = [node for node in made.nodes if isinstance(node, Conv)][1:]
    held = sum(n.weights.values * n.weights.scale.reshape(-1, 1, 1, 1) for n in inner)
    mean = np.mean([evaluate(model, image)[x] for image in images], axis=(0, 1, 2))
    lost = (given.weights.values - held).reshape(12, 16) @ mean
    assert np.abs(lost).max() > 0
    bias = sum(node.bias for node in inner)
    np.testing.assert_allclose(bias, given.bias + lost, rtol=1e-4, atol=1e-5)


def test_halves_are_weights_and_maps() -> None:
    model, images = fire()
    network = lower(annotate(model, "fp16", images)).network
    assert {layer.scheme for layer in network.layers} == {"", "fp16"}
    made = trace(network, images[0].tobytes())[network.output]
    wanted = evaluate(model, images[0])[model.output]
    assert sqnr_db(wanted, made) > 50


def test_what_cannot_be_quantised_is_refused() -> None:
    model, images = fire()
    with pytest.raises(NetworkError, match="no scheme 'w2a2'"):
        annotate(model, "w2a2", images)
    with pytest.raises(NetworkError, match="w8a8' dual"):
        annotate(model, "w8a8", images, dual=True)
    with pytest.raises(NetworkError, match="no inputs"):
        annotate(model, "w8a8")
    with pytest.raises(NetworkError, match="quantised already"):
        annotate(annotate(model, "w8a8", images), "w8a8", images)
