from __future__ import annotations

import hashlib

import numpy as np
import pytest

from harness.networks import birealnet, seeds
from harness.networks.graph import Op
from harness.networks.plan import write_plan
from harness.networks.reference import trace


def test_the_plan_is_the_same_on_every_machine() -> None:
    data = write_plan(birealnet.build(seed=1))
    assert hashlib.sha256(data).hexdigest() == (
        "4b62748ab4d48d1d047a4fa7799b55292a49bd59a838df909f5e70ffa448fecb"
    )


def test_products_and_weights_are_those_of_resnet_18() -> None:
    network = birealnet.build(seed=1)
    binary = [layer for layer in network.layers if layer.op is Op.BCONV]
    assert len(binary) == 16
    assert sum(len(layer.weights) for layer in binary) == 10_985_472 // 8
    assert birealnet.macs(network) == {"w1a1": 1_676_279_808, "w8a8": 137_793_536}


@pytest.mark.parametrize(("seed", "side"), [(1, 64), (2, 96)])
def test_signs_stay_mixed_in_every_layer(seed: int, side: int) -> None:
    network = birealnet.build(seed=seed, side=side)
    data = seeds.byte_stream(seed, network.tensors[network.input].bytes)
    seen = trace(network, data)
    for number, layer in enumerate(network.layers):
        if layer.bits is not None:
            negative = float(np.mean(seen[layer.bits] < 0))
            assert 0.3 < negative < 0.7, f"layer {number}: {negative:.2f} of the signs are negative"
            # no activation is near the end of its range
            assert int(np.abs(seen[layer.out]).max()) < 16_384
