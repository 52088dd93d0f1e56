from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.models.evaluate import evaluate
from harness.networks.models.fold import fold
from harness.networks.models.model import Affine, Clip, Concat, Conv, Dense, MaxPool, Quant, Sign
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.networks.models.model import Model


def kinds(model: Model) -> list[str]:
    return [type(node).__name__ for node in model.nodes]


def norms(net: Net) -> str:
    """Batch norms in all places: behind a product of either kind, twice, and behind a pool."""
    x = net.affine(net.affine(net.conv("input", 6, bits=32)))
    x = net.affine(net.conv(net.quant(x), 6))
    x = net.relu(net.relu(net.affine(net.maxpool(x))), 2.0)
    return net.affine(net.dense(x, 3, bits=32))


def pools(net: Net) -> str:
    x = net.relu(net.maxpool(net.conv("input", 4, bits=32)))
    x = net.maxpool(net.sign(x), 2, 1)
    return net.quant(net.maxpool(net.conv(x, 4, bits=1), 2, 1))


def joined(net: Net) -> str:
    parts = net.concat(net.conv("input", 4, bits=32), net.conv("input", 3, 1, pad=0, bits=32))
    x = net.quant(net.relu(parts), zero=-128)
    return net.concat(net.sign(x), net.sign(net.relu(x, 1.0)))


def double(net: Net) -> str:
    one, other = net.quant("input", scale=0.5), net.quant("input", scale=0.5)
    net.conv(other, 9)  # nobody reads it
    return net.add(net.quant(one, scale=0.5), other)


@pytest.mark.parametrize("made", [norms, pools, joined, double])
def test_folding_changes_no_value_that_is_left(made: Callable[[Net], str]) -> None:
    net = Net((9, 9, 5))
    model = net.model(made(net))
    before, after = (evaluate(m, net.image()) for m in (model, fold(model)))
    np.testing.assert_array_equal(before[model.output], after[model.output])


def test_batch_norms_end_in_weights_or_in_scales() -> None:
    net = Net((9, 9, 5))
    folded = fold(net.model(norms(net)))
    assert kinds(folded) == ["Conv", "Quant", "Conv", "MaxPool", "Affine", "Clip", "Dense"]
    one, other = (node for node in folded.nodes if isinstance(node, Conv))
    assert (one.weights.scale == 1).all()
    given = next(n for n in net.nodes if isinstance(n, Conv) and n.weights.bits == 8)
    assert other.weights.values is given.weights.values
    assert not (other.weights.scale == given.weights.scale).all()
    clip = next(node for node in folded.nodes if isinstance(node, Clip))
    assert (clip.low, clip.high) == (0, 2)


def test_a_batch_norm_of_what_others_read_stays() -> None:
    net = Net((4, 4, 2))
    x = net.conv("input", 2, bits=32)
    folded = fold(net.model(net.add(net.affine(x), x)))
    assert kinds(folded) == ["Conv", "Affine", "Add"]


def test_pools_take_clips_and_bytes_in_front_and_signs_behind() -> None:
    net = Net((9, 9, 5))
    folded = fold(net.model(pools(net)))
    wanted = ["Conv", "Clip", "MaxPool", "MaxPool", "Sign", "Conv", "Quant", "MaxPool"]
    assert kinds(folded) == wanted


def test_codes_of_few_bits_stand_behind_their_pool() -> None:
    net = Net((9, 9, 5))
    folded = fold(net.model(net.maxpool(net.quant("input", bits=2))))
    assert kinds(folded) == ["MaxPool", "Quant"]


def test_a_sign_that_others_read_too_is_taken_twice() -> None:
    net = Net((9, 9, 5))
    signs = net.sign("input")
    model = net.model(net.concat(net.maxpool(signs, 3, 1, 1), net.conv(signs, 2, bits=1)))
    folded = fold(model)
    assert sorted(kinds(folded)) == ["Concat", "Conv", "MaxPool", "Sign", "Sign"]
    before, after = (evaluate(m, net.image())[model.output] for m in (model, folded))
    np.testing.assert_array_equal(before, after)


def test_concatenations_take_clips_and_bytes_in_front_and_signs_behind() -> None:
    net = Net((9, 9, 5))
    folded = fold(net.model(joined(net)))
    assert isinstance(folded.nodes[-1], Sign)
    first = next(node for node in folded.nodes if isinstance(node, Concat))
    by_output = {node.output: node for node in folded.nodes}
    assert all(isinstance(by_output[name], Quant) for name in first.inputs)


def test_doubles_and_the_dead_are_gone() -> None:
    net = Net((9, 9, 5))
    folded = fold(net.model(double(net)))
    assert kinds(folded) == ["Quant", "Add"]
    assert folded.nodes[1].inputs[0] == folded.nodes[1].inputs[1]


def test_what_changes_nothing_is_gone_but_the_output_keeps_its_name() -> None:
    net = Net((3, 3, 2))
    x = net.relu(net.affine("input"))
    idle = Affine(
        name="idle",
        inputs=(x,),
        output="idle",
        scale=np.ones(2, np.float32),
        bias=np.zeros(2, np.float32),
    )
    net.nodes += [idle, replace(idle, name="last", inputs=("idle",), output="last")]
    folded = fold(net.model("last"))
    assert folded.output == "last"
    assert len(folded.nodes) == 3
    assert folded.shapes == dict.fromkeys(("input", *(n.output for n in folded.nodes)), (3, 3, 2))


def test_folding_twice_is_folding_once() -> None:
    for made in (norms, pools, joined, double):
        net = Net((9, 9, 5))
        once = fold(net.model(made(net)))
        assert fold(once).nodes == once.nodes or kinds(fold(once)) == kinds(once)
        assert not any(isinstance(n, MaxPool | Dense) and n.output == "input" for n in once.nodes)
