"""Models made at random whose every number is exact in float32: plan and model must be equal."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

from harness.networks.plans.graph import Border
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.networks.models.model import Model


def random_model(seed: int) -> tuple[Net, Model]:
    """A few nodes that read one of the last three values, then a dense layer of 8 bits."""
    dice = random.Random(seed)
    shape = (dice.choice((8, 9, 12)), dice.choice((8, 9, 12)), dice.choice((1, 3, 20, 64)))
    net = Net(shape, seed=seed)
    values = ["input"]
    for _ in range(dice.randint(2, 8)):
        kind = dice.choice(_KINDS)
        made = kind(net, dice.choice(values[-3:]), values, dice)
        values.append(made or net.affine(values[-1]))
    # zero points are even: with odd ones ties may fall to the other side
    return net, net.model(net.dense(net.quant(values[-1], scale=1 / 4), 5))


def _window(net: Net, x: str, dice: random.Random) -> dict[str, Any]:
    kernel = dice.choice((1, 3)) if min(net.shape_of(x)[:2]) >= 3 else 1
    return {
        "filters": dice.choice((4, 8, 64, 70, net.shape_of(x)[2])),
        "kernel": kernel,
        "stride": dice.choice((1, 1, 2)),
        "pad": kernel // 2 * dice.choice((0, 1)),
    }


def _bytes(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    q = net.quant(x, scale=dice.choice((1 / 4, 1 / 16)), zero=dice.choice((0, -128, 6)))
    if dice.random() < 0.3 and min(net.shape_of(q)[:2]) >= 3:
        q = net.maxpool(q, 3, 2, dice.choice((0, 1)))
    bits, ternary = dice.choice(((1, False), (2, False), (2, True), (4, False), (8, False)))
    border = dice.choice((Border.ZERO, Border.REPLICATE))
    return net.conv(q, **_window(net, q, dice), bits=bits, ternary=ternary, border=border)


def _signs(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    bits, ternary = dice.choice(((1, False), (2, True)))
    border = dice.choice((Border.PLUS_ONE, Border.MINUS_ONE, Border.ZERO, Border.REPLICATE))
    window = _window(net, x, dice)
    return net.conv(net.sign(x), **window, bits=bits, ternary=ternary, border=border)


def _codes(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    bits = dice.choice((2, 3, 4))
    q = net.quant(x, bits=bits, scale=dice.choice((0.5, 1.0)), zero=dice.choice((0, 0, 2)))
    border = dice.choice((Border.ZERO, Border.REPLICATE))
    return net.conv(q, **_window(net, q, dice), bits=bits, border=border)


def _again(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    return net.quant(x, scale=1 / 8, zero=dice.choice((0, -128)))


def _affine(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    return net.affine(x)


def _clip(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    return net.relu(x, dice.choice((1.0, math.inf)))


def _maxpool(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    return net.maxpool(x, 3, 2, dice.choice((0, 1))) if min(net.shape_of(x)[:2]) >= 3 else ""


def _avgpool(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    h, w, _ = net.shape_of(x)
    return net.avgpool(x) if (h % 2, w % 2) == (0, 0) else ""


def _add(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    return net.add(x, dice.choice([v for v in values if net.shape_of(v) == net.shape_of(x)]))


def _concat(net: Net, x: str, values: list[str], dice: random.Random) -> str:
    near = [v for v in values if net.shape_of(v)[:2] == net.shape_of(x)[:2]]
    return net.concat(x, dice.choice(near))


_KINDS: tuple[Callable[[Net, str, list[str], random.Random], str], ...] = (
    *(_bytes, _signs, _codes, _again, _affine, _clip, _maxpool, _avgpool, _add, _add, _concat),
)
