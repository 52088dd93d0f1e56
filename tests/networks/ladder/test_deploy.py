"""Folding and 8-bit edges: what is deployed stands for what was trained."""

from __future__ import annotations

import numpy as np
import pytest

from harness.networks.ladder import deploy, evaluate, layout
from harness.networks.ladder.nets import Conv, Dense
from tests.networks.ladder import examples

INTEGER = [name for name in layout.SCHEMES if name != "fp32"]


def test_batch_norm_is_folded_into_scale_and_bias() -> None:
    arrays = examples.arrays(layout.SCHEMES["fp32"])
    block = examples.net("fp32").blocks[2]
    sums = np.linspace(-9, 9, 8)
    gamma, beta, mean, variance = (
        arrays[f"norm2_{part}"].astype(float) for part in ("gamma", "beta", "mean", "variance")
    )
    wanted = gamma * (sums - mean) / np.sqrt(variance + 1e-5) + beta
    assert sums * block.scale + block.bias == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("name", INTEGER)
def test_an_integer_net_holds_integers_only(name: str) -> None:
    net = examples.net(name)
    layers: list[Conv | Dense] = [net.stem, *net.blocks, net.dense]
    for layer in layers:
        assert layer.weights.dtype == np.int8
        assert layer.input.kind in {"sign", "codes"}
    assert np.abs(net.stem.weights).reshape(examples.WIDTH, -1).max(1).tolist() == [127] * 4
    assert {block.border for block in net.blocks} == {1 if name in {"w1a1", "terna1"} else 0}


@pytest.mark.parametrize(("name", "levels"), [("w4a4", 16), ("w3a3", 8), ("w2a2", 4), ("w1a1", 2)])
def test_a_scheme_uses_its_levels_and_codes(name: str, levels: int) -> None:
    net = examples.net(name)
    given = evaluate.maps(net, examples.images(64))
    for block, x in zip(net.blocks, given, strict=False):
        weights = set(np.unique(block.weights).tolist())
        codes = np.unique(evaluate.quantise(x, block.input))
        assert len(weights) <= levels
        assert all(w % 2 == 1 for w in weights)
        assert len(codes) <= levels
        assert codes.min() == (-1 if name == "w1a1" else 0)


def test_eight_bits_stay_close_to_the_real_net() -> None:
    images = examples.images(64, seed=3)
    real, int8 = (evaluate.evaluate(examples.net(name), images) for name in ("fp32", "w8a8"))
    assert np.corrcoef(real.ravel(), int8.ravel())[0, 1] > 0.998


def test_the_steps_of_eight_bits_are_no_worse_than_the_largest_value() -> None:
    x = np.abs(np.random.default_rng(0).standard_normal((64, 7, 7, 32))).astype(np.float32)

    def error(step: float) -> float:
        return float(np.square(np.clip(np.rint(x / step), 0, 127) * step - x).mean())

    step = deploy._best_step(x, 127)
    assert error(step) <= error(float(x.max()) / 127)
    assert step == np.float32(step)
