from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import NetworkError
from harness.networks.graph import Layer, Op, PlanNetwork, TensorType
from harness.networks.rules import check_network
from tests.networks.conftest import small

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORK = small(seed=3, width=8)
STEM, POOL, FIRST = 0, 1, 2
MEAN = next(i for i, x in enumerate(NETWORK.layers) if x.op is Op.AVGPOOL8)


def layer(index: int, **changes: Any) -> PlanNetwork:
    layers = list(NETWORK.layers)
    layers[index] = replace(layers[index], **changes)
    return replace(NETWORK, layers=tuple(layers))


def tensor(index: int, **changes: Any) -> PlanNetwork:
    tensors = list(NETWORK.tensors)
    tensors[index] = replace(tensors[index], **changes)
    return replace(NETWORK, tensors=tuple(tensors))


def first(op: Op) -> Layer:
    return next(x for x in NETWORK.layers if x.op is op)


def test_the_network_itself_is_sound() -> None:
    check_network(NETWORK)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda: replace(NETWORK, name=""), "bad name"),
        (lambda: replace(NETWORK, name="x" * 33), "bad name"),
        (lambda: replace(NETWORK, layers=()), "layers"),
        (lambda: replace(NETWORK, input=999), "no such input"),
        (lambda: replace(NETWORK, output=1), "outside of the arena"),
        (lambda: replace(NETWORK, layers=NETWORK.layers[:-1]), "no layer writes"),
        (lambda: replace(NETWORK, layers=NETWORK.layers[1:]), "not written yet"),
        (lambda: replace(NETWORK, layers=NETWORK.layers[:1] * 2), "written twice"),
        (lambda: tensor(1, h=0), "side"),
        (lambda: tensor(1, c=20_000), "channels"),
        (lambda: tensor(1, h=4096, w=4096, c=16_000), "too large"),
        (lambda: tensor(1, slot=64), "no such slot"),
        (lambda: tensor(first(Op.MAXPOOL).out, slot=0), "writes what it reads"),
        (lambda: tensor(1, type=TensorType.I8), "type of output"),
        (lambda: layer(STEM, source=1000), "no such tensor"),
        (lambda: layer(STEM, kernel=0), "window"),
        (lambda: layer(STEM, pad=7), "wider than the window"),
        (lambda: layer(STEM, stride=1), "shapes disagree"),
        (lambda: layer(STEM, shift=0), "bad shift"),
        (lambda: layer(STEM, shift=41), "bad shift"),
        (lambda: layer(STEM, factor=1), "bad factor"),
        (lambda: layer(STEM, weights=b""), "weights' size"),
        (lambda: layer(STEM, multiplier=b""), "multipliers' size"),
        (lambda: layer(STEM, bias=b"1"), "biases' size"),
        (lambda: layer(FIRST, shortcut=0), "bad shortcut"),
        (lambda: layer(POOL, bits=NETWORK.layers[MEAN].out), "bad bits"),
        (lambda: layer(MEAN, factor=0), "bad factor"),
    ],
)
def test_a_broken_rule_is_named(broken: Callable[[], PlanNetwork], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        check_network(broken())


def test_reading_an_overwritten_slot_is_refused() -> None:
    # the last block's shortcut is asked for the first map of its slot
    last = max(i for i, x in enumerate(NETWORK.layers) if x.op is Op.BCONV)
    early = next(x.out for x in NETWORK.layers if x.op is Op.MAXPOOL)
    with pytest.raises(NetworkError, match="overwritten"):
        check_network(layer(last, shortcut=early))
