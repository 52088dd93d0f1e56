from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.lowering.count import count
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Quant, Sign
from harness.networks.plans.graph import Op, TensorType
from harness.networks.plans.plan import write_plan
from harness.networks.plans.reference import check_input, trace
from harness.networks.sources import seeds
from harness.networks.zoo import birealnet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.plans.graph import PlanNetwork


@cache
def full() -> PlanNetwork:
    return lower(birealnet.build(seed=1)).network


def image(seed: int, side: int) -> NDArray[np.float32]:
    data = check_input(seeds.byte_stream(seed, side * side * 3))
    return np.frombuffer(data, "<f4").reshape(side, side, 3)


def test_the_plan_is_the_same_on_every_machine() -> None:
    assert hashlib.sha256(write_plan(full())).hexdigest() == (
        "90ceed60c17aa49279946b990c365373611e745eba54ace25179b02073e44011"
    )


def test_products_and_weights_are_those_of_resnet_18() -> None:
    binary = [layer for layer in full().layers if layer.scheme == "w1a1"]
    assert len(binary) == 16
    assert sum(len(layer.weights) for layer in binary) == 10_985_472 // 8
    counts = count(full())
    assert counts.macs == {"w1a1": 1_676_279_808, "w8a8": 137_793_536}
    assert round(counts.ace / 1e9, 2) == 10.50


def test_every_block_is_one_layer_that_adds_and_takes_signs() -> None:
    blocks = [layer for layer in full().layers if layer.scheme == "w1a1"]
    assert all(layer.shortcut is not None for layer in blocks)
    assert [layer.bits is None for layer in blocks] == [False] * 15 + [True]
    # 16 blocks, 3 x (pool, convolution), stem: codes, convolution, pool; head: pool, dense
    assert len(full().layers) == 16 + 6 + 3 + 2
    assert [layer.op for layer in full().layers[:3]] == [Op.AFFINE, Op.CONV, Op.MAXPOOL]
    shortcuts = {full().tensors[layer.shortcut or 0].type for layer in blocks}
    assert shortcuts == {TensorType.F32}


@pytest.mark.parametrize(("seed", "side"), [(1, 64), (2, 96)])
def test_signs_stay_mixed_and_bytes_in_range(seed: int, side: int) -> None:
    model = birealnet.build(seed=seed, side=side)
    values = evaluate(model, image(seed, side))
    for node in model.nodes:
        given = values[node.inputs[0]]
        if isinstance(node, Sign):
            negative = float(np.mean(given < 0))
            assert 0.3 < negative < 0.7, f"{node.name}: {negative:.2f} of the signs are negative"
        if isinstance(node, Quant):
            assert float(np.abs(given).max()) <= 128 * node.scale, node.name


def test_the_plan_computes_the_model() -> None:
    model = birealnet.build(seed=3, side=64, width=32, classes=10)
    lowered = lower(model)
    given = image(5, 64)
    traced = trace(lowered.network, given.tobytes())
    values = evaluate(model, given)
    assert lowered.network.tensors[lowered.values["stage8.3.sign"].tensor].type is TensorType.BITS
    made = traced[lowered.network.output]
    np.testing.assert_allclose(made, values["logits"], rtol=1e-5, atol=1e-5)
