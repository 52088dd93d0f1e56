"""The truth of the ladder: against its definition, image by image, and against what is recorded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.ladder import evaluate, files, layout, sample
from harness.networks.ladder.nets import Conv, LadderNet, Quantiser
from tests.networks.ladder import examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

F = np.float32
INTEGER = [name for name in layout.SCHEMES if name != "fp32"]


def code(x: np.float32, how: Quantiser) -> float:
    if how.kind == "sign":
        return -1 if x < 0 else 1
    if how.kind == "relu":
        return max(float(x), 0.0)
    if how.kind == "none":
        return float(x)
    return min(max(round(float(x * how.inverse)), how.low), how.high)  # half to even, as rint


def convolved(layer: Conv, x: NDArray[np.float32], y: int, xx: int, channel: int) -> np.float32:
    """One output, straight from the definition, in Python's own integers."""
    total: float = 0
    for ky in range(3):
        for kx in range(3):
            row, column = y * layer.stride + ky - 1, xx * layer.stride + kx - 1
            inside = 0 <= row < x.shape[0] and 0 <= column < x.shape[1]
            for i in range(x.shape[2]):
                seen = code(x[row, column, i], layer.input) if inside else layer.border
                total += seen * layer.weights[channel, ky, kx, i].item()
    return F(F(F(total) * layer.scale[channel]) + layer.bias[channel])


def shortcut(x: NDArray[np.float32], layer: Conv, y: int, xx: int, channel: int) -> np.float32:
    channel %= x.shape[2]
    if layer.stride == 1:
        return F(x[y, xx, channel])
    seen = [
        x[row, column, channel]
        for row in (2 * y, 2 * y + 1)
        for column in (2 * xx, 2 * xx + 1)
        if row < x.shape[0] and column < x.shape[1]
    ]
    total = F(0)
    for one in seen:
        total = F(total + one)
    return F(total / F(len(seen)))


def by_definition(net: LadderNet, image: NDArray[np.uint8]) -> list[np.float32]:
    x = np.array([[[F(F(p) / F(127.5)) - F(1)] for p in row] for row in image], np.float32)
    for number, layer in enumerate((net.stem, *net.blocks)):
        side = -(-x.shape[0] // layer.stride)
        out = np.zeros((side, side, len(layer.weights)), np.float32)
        for at in np.ndindex(out.shape):
            out[at] = convolved(layer, x, *at)
            if number:
                out[at] = F(out[at] + shortcut(x, layer, *at))
        x = out
    pooled = []
    for channel in range(x.shape[2]):
        total = F(0)
        for place in x[:, :, channel].reshape(-1):
            value = F(F(place * net.norm.scale[channel]) + net.norm.bias[channel])
            total = F(total + max(value, F(0)))
        pooled.append(code(F(total / F(16)), net.dense.input))
    sums = [
        sum(a * w.item() for a, w in zip(pooled, row, strict=True)) for row in net.dense.weights
    ]
    return [
        F(F(F(total) * scale) + bias)
        for total, scale, bias in zip(sums, net.dense.scale, net.dense.bias, strict=True)
    ]


@pytest.mark.parametrize("name", INTEGER)
def test_integer_nets_answer_what_the_definition_says_to_the_last_bit(name: str) -> None:
    net, image = examples.net(name), examples.images(1, seed=9)
    found = evaluate.evaluate(net, image)
    assert found.dtype == np.float32
    assert found[0].tolist() == by_definition(net, image[0])
    assert len(set(found[0].tolist())) > 1


def test_an_fp32_net_agrees_with_the_definition_to_a_rounding() -> None:
    net, image = examples.net("fp32"), examples.images(1, seed=9)
    assert evaluate.evaluate(net, image)[0] == pytest.approx(by_definition(net, image[0]), rel=1e-5)


def test_zero_of_either_sign_is_plus_one_and_halves_go_to_the_even_code() -> None:
    sign = evaluate.quantise(np.array([0.0, -0.0, -1e-30, 2], F), Quantiser(kind="sign"))
    assert sign.tolist() == [1, 1, -1, 1]
    how = Quantiser(kind="codes", low=0, high=3, step=0.5)
    given = np.array([-1, 0.25, 0.75, 1.25, 9], F)
    assert evaluate.quantise(given, how).tolist() == [0, 0, 2, 2, 3]


def test_sums_too_large_for_float32_are_still_exact() -> None:
    # 127 * 127 * 9 * 256 is beyond 2^24
    layer = Conv(
        input=Quantiser(kind="codes", low=0, high=127, step=1.0),
        border=0,
        stride=1,
        weights=np.full((1, 3, 3, 256), 127, np.int8),
        scale=np.ones(1, F),
        bias=np.zeros(1, F),
    )
    layer.weights[0, 1, 1, 0] = 126
    x = np.full((1, 4, 4, 256), 127, F)
    middle = evaluate._conv(layer, x)[0, 1, 1, 0]
    assert middle == F(127 * 127 * 9 * 256 - 127)


def test_an_image_is_answered_the_same_in_any_company() -> None:
    net, given = examples.net("w2a2"), examples.images(300)
    together = evaluate.evaluate(net, given)
    assert (evaluate.evaluate(net, given[255:257]) == together[255:257]).all()


@pytest.mark.parametrize("name", [name for name in files.entries() if not name.endswith("_2")])
def test_the_sample_is_answered_as_recorded(name: str) -> None:
    known = files.entries()[name]
    images, labels = sample.load()
    logits = evaluate.evaluate(files.load(known.scheme, known.width), images)
    assert "".join(map(str, logits.argmax(1))) == known.sample_classes
    assert evaluate.top1(logits, labels) > 0.8
    if known.scheme != "fp32":
        assert hashlib.sha256(logits.tobytes()).hexdigest() == known.sample_logits_sha256
