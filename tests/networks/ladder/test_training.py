"""Training itself, a few steps of it: needs torch, the extra `train`."""

from __future__ import annotations

import numpy as np
import pytest

from harness.networks.ladder import deploy, layout, training
from harness.networks.ladder.evaluate import evaluate, top1
from tests.networks.ladder import examples

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch", reason="torch (extra `train`) is not installed")


@pytest.mark.parametrize("name", [name for name in layout.SCHEMES if name != "w8a8"])
def test_a_few_steps_learn_and_deploy(name: str) -> None:
    # bright above or below: two classes that any net learns at once
    labels = np.arange(512, dtype=np.uint8) % 2
    images = examples.images(512) // 4
    images[labels == 0, :14] += 150
    images[labels == 1, 14:] += 150
    said: list[str] = []
    scheme = layout.SCHEMES[name]
    arrays, history = training.train(scheme, 4, images, labels, epochs=8, say=said.append)
    assert len(said) == 8
    assert history.torch == torch.__version__
    net = deploy.deployed(scheme, arrays, images[:64])
    assert top1(evaluate(net, images), labels) > 0.95


def test_the_same_seed_trains_the_same_net() -> None:
    images, labels = examples.images(512), np.arange(512, dtype=np.uint8) % 10
    scheme, said = layout.SCHEMES["w2a2"], list[str]()
    first, second, other = (
        training.train(scheme, 4, images, labels, epochs=1, seed=seed, say=said.append)[0]
        for seed in (3, 3, 4)
    )
    assert all((first[name] == second[name]).all() for name in first)
    assert any((first[name] != other[name]).any() for name in first)
