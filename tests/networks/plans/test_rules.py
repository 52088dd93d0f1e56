from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import NetworkError
from harness.networks.plans.graph import (
    Border,
    Encoding,
    Layer,
    Op,
    PlanNetwork,
    Tensor,
    TensorType,
)
from harness.networks.plans.layer_rules import SCHEMES
from harness.networks.plans.rules import check_network
from tests.networks.random_plans import f32, random_plan

if TYPE_CHECKING:
    from collections.abc import Callable

QUANT, FIRST, POOL, SIGNS, BINARY, MEAN, CODES, LAST = range(8)


def network() -> PlanNetwork:
    """8x8x3 -> bytes -> conv 3x3 + signs -> pool -> binary + shortcut -> mean -> bytes -> dense."""
    t, f, i, b = Tensor, TensorType.F32, TensorType.I8, TensorType.BITS
    return PlanNetwork(
        name="rules",
        tensors=(
            t(type=f, h=8, w=8, c=3),
            t(type=i, h=8, w=8, c=3, slot=0),
            t(type=f, h=8, w=8, c=8, slot=1),
            t(type=f, h=4, w=4, c=8, slot=2),
            t(type=b, h=4, w=4, c=8, slot=3),
            t(type=f, h=4, w=4, c=8, slot=1),
            t(type=f, h=2, w=2, c=8, slot=2),
            t(type=i, h=2, w=2, c=8, slot=0),
            t(type=f, h=1, w=1, c=10),
        ),
        layers=(
            Layer(op=Op.AFFINE, source=0, out=1, low=-128.0, high=127.0),
            Layer(
                op=Op.CONV,
                scheme="w8a8",
                source=1,
                out=2,
                filters=8,
                kernel_h=3,
                kernel_w=3,
                pad_top=1,
                pad_left=1,
                border=Border.VALUE,
                border_value=-3,
                weights=bytes(8 * 27),
                scale=f32([1.0] * 8),
                bias=f32([0.5] * 8),
            ),
            Layer(op=Op.MAXPOOL, source=2, out=3, kernel_h=2, kernel_w=2, stride_h=2, stride_w=2),
            Layer(op=Op.AFFINE, source=3, bits=4),
            Layer(
                op=Op.CONV,
                scheme="w1a1",
                source=4,
                out=5,
                shortcut=3,
                filters=8,
                kernel_h=3,
                kernel_w=3,
                pad_top=1,
                pad_left=1,
                border=Border.ZERO,
                weights=bytes(8 * 9 * 8),
            ),
            Layer(op=Op.AVGPOOL, source=5, out=6, kernel_h=2, kernel_w=2, stride_h=2, stride_w=2),
            Layer(op=Op.AFFINE, source=6, out=7, low=0.0, high=127.0),
            Layer(
                op=Op.CONV,
                scheme="w8a8",
                source=7,
                out=8,
                filters=10,
                kernel_h=2,
                kernel_w=2,
                weights=bytes(320),
            ),
        ),
        input=0,
        output=8,
    )


NETWORK = network()


def layer(index: int, **changes: Any) -> PlanNetwork:
    layers = list(NETWORK.layers)
    layers[index] = replace(layers[index], **changes)
    return replace(NETWORK, layers=tuple(layers))


def tensor(index: int, **changes: Any) -> PlanNetwork:
    tensors = list(NETWORK.tensors)
    tensors[index] = replace(tensors[index], **changes)
    return replace(NETWORK, tensors=tuple(tensors))


def test_the_network_itself_is_sound() -> None:
    check_network(NETWORK)


@pytest.mark.parametrize("seed", range(30))
def test_networks_made_at_random_are_sound(seed: int) -> None:
    check_network(random_plan(seed, schemes=tuple(SCHEMES)))


def replaced(**changes: Any) -> PlanNetwork:
    """The binary layer writes where its shortcut lies."""
    tensors = list(NETWORK.tensors)
    tensors[5] = replace(tensors[5], slot=2, **changes)
    tensors[6] = replace(tensors[6], slot=1)
    return replace(NETWORK, tensors=tuple(tensors))


def test_floats_may_take_the_place_of_the_shortcut_that_is_added_to_them() -> None:
    check_network(replaced())


BROKEN: list[tuple[Callable[[], PlanNetwork], str]] = [
    (lambda: replace(NETWORK, name=""), "bad name"),
    (lambda: replace(NETWORK, name="x" * 33), "bad name"),
    (lambda: replace(NETWORK, layers=()), "layers"),
    (lambda: replace(NETWORK, input=999), "no such input"),
    (lambda: replace(NETWORK, output=1), "outside of the arena"),
    (lambda: replace(NETWORK, layers=NETWORK.layers[:-1]), "whole output"),
    (lambda: replace(NETWORK, layers=NETWORK.layers[1:]), "not written yet"),
    (lambda: replace(NETWORK, layers=NETWORK.layers[:1] * 2), "out of order"),
    (lambda: tensor(1, h=0), "side"),
    (lambda: tensor(1, c=20_000), "channels"),
    (lambda: tensor(2, h=4096, w=4096, c=16_000), "too large"),
    (lambda: tensor(1, slot=64), "no such slot"),
    (lambda: tensor(1, planes=1), "planes"),
    (lambda: tensor(2, slot=0), "writes what it reads"),
    (lambda: tensor(5, slot=3), "writes what it reads"),
    (lambda: replaced(type=TensorType.F16), "writes what it reads"),
    (lambda: replaced(c=9), "writes what it reads"),
    (lambda: tensor(6, slot=0), "sound"),
    (lambda: tensor(1, type=TensorType.BITS), "type of output"),
    (lambda: tensor(8, type=TensorType.I8), "must be F32"),
    (lambda: tensor(2, c=9), "not written yet"),
    (lambda: layer(FIRST, source=1000), "no such tensor"),
    (lambda: layer(FIRST, out=None), "writes nothing"),
    (lambda: layer(FIRST, out_first=1), "out of order"),
    (lambda: layer(FIRST, filters=9), "fewer channels"),
    (lambda: layer(FIRST, out=0), "outside|input"),
    (lambda: layer(FIRST, kernel_h=0), "window"),
    (lambda: layer(FIRST, stride_w=256), "window"),
    (lambda: layer(FIRST, pad_top=3), "wider than the window"),
    (lambda: layer(FIRST, stride_h=2), "outside of the map"),
    (lambda: layer(FIRST, weights=b""), "weights' size"),
    (lambda: layer(FIRST, weights=bytes(215) + b"\x80"), "that the scheme lacks"),
    (lambda: layer(FIRST, scale=b"1234"), "numbers per channel"),
    (lambda: layer(FIRST, bias=f32([math.nan] * 8)), "not finite"),
    (lambda: layer(FIRST, low=0.1), "not a float32"),
    (lambda: layer(FIRST, low=1.0, high=0.0), "limits"),
    (lambda: layer(FIRST, high=math.nan), "not a float32"),
    (lambda: layer(FIRST, scheme="w9a9"), "no scheme"),
    (lambda: layer(FIRST, scheme="w1a1"), "reads another type"),
    (lambda: layer(FIRST, scheme="fp32"), "reads another type"),
    (lambda: layer(FIRST, encoding=Encoding.BIPOLAR), "no encodings"),
    (lambda: layer(FIRST, border=Border.NOTHING, border_value=0), "bad border"),
    (lambda: layer(FIRST, border=Border.PLUS_ONE), "bad border"),
    (lambda: layer(FIRST, border=Border.ZERO), "bad border value"),
    (lambda: layer(FIRST, border_value=128), "bad border value"),
    (lambda: layer(FIRST, shortcut=0), "shortcut"),
    (lambda: layer(FIRST, shortcut_scale=2.0), "without a shortcut"),
    (lambda: layer(FIRST, whole=True), "counts"),
    (lambda: layer(POOL, scale=f32([1.0] * 8)), "no finish"),
    (lambda: layer(POOL, weights=b"1"), "only a CONV"),
    (lambda: layer(POOL, border=Border.ZERO), "bad border"),
    (lambda: layer(SIGNS, bits=5), "another type"),
    (lambda: layer(SIGNS, kernel_h=2), "keeps its map"),
    (lambda: layer(BINARY, pad_left=0), "zeros have no bit"),
    (lambda: layer(BINARY, shortcut_scale=0.5), "scale of floats"),
    (lambda: layer(BINARY, shortcut=4), "bad shortcut"),
    (lambda: layer(CODES, high=200.0), "fit the type"),
    (lambda: layer(CODES, low=-math.inf), "fit the type"),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN)
def test_a_broken_rule_is_named(broken: Callable[[], PlanNetwork], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        check_network(broken())


def test_reading_an_overwritten_slot_is_refused() -> None:
    # the mean reads what the first convolution left in the slot that the binary one took
    with pytest.raises(NetworkError, match="overwritten"):
        check_network(layer(MEAN, source=2, stride_h=4, stride_w=4))
