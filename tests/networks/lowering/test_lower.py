from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.lowering.lower import Lowered, lower
from harness.networks.models.evaluate import evaluate
from harness.networks.models.fold import fold
from harness.networks.models.model import Conv, Quant
from harness.networks.plans.graph import Border, Encoding, Op, TensorType
from harness.networks.plans.plan import read_plan, write_plan
from harness.networks.plans.reference import trace
from tests.networks.random_models import random_model
from tests.networks.small_models import Net, read_back

if TYPE_CHECKING:
    from harness.networks.models.model import Model
    from harness.networks.plans.graph import Layer


def differences(net: Net, model: Model) -> dict[str, float]:
    """Largest difference between model and plan of every value that the plan stores."""
    lowered = lower(model)
    image = net.image()
    values = evaluate(fold(model), image)
    traced = trace(lowered.network, image.astype("<f4").tobytes())
    found = {}
    for name, meaning in lowered.values.items():
        stored = read_back(lowered.network, traced, meaning, values[name].shape[2])
        found[name] = float(np.abs(stored - values[name]).max())
    assert model.output in found
    return found


def layers(lowered: Lowered) -> list[tuple[str, str]]:
    """Op and scheme of each layer, and whether it adds (+) and takes signs (-)."""
    made = []
    for layer in lowered.network.layers:
        marks = "+" * (layer.shortcut is not None) + "-" * (layer.bits is not None)
        made.append((layer.op.name + marks, layer.scheme))
    return made


@pytest.mark.parametrize("block", range(8))
def test_plan_and_model_are_equal_to_the_bit_where_numbers_are_exact(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        net, model = random_model(seed)
        wrong = {name: gap for name, gap in differences(net, model).items() if gap}
        assert not wrong, f"seed {seed}: {wrong}"


def test_random_models_meet_every_scheme_and_operation() -> None:
    seen: Counter[str] = Counter()
    for seed in range(160):
        for layer in lower(random_model(seed)[1]).network.layers:
            seen.update((layer.scheme or layer.op.name, layer.border.name))
    wanted = {"w1a1", "terna1", "w2a2", "w3a3", "w4a4", "w1a8", "w2a8", "w4a8", "w8a8", "terna8"}
    borders = {b.name for b in Border}
    assert wanted | borders | {"MAXPOOL", "AVGPOOL", "AFFINE"} <= set(seen)


def test_plans_of_models_survive_the_file() -> None:
    for seed in range(20):
        network = lower(random_model(seed)[1]).network
        assert read_plan(write_plan(network)) == network


@pytest.mark.parametrize("seed", range(6))
def test_other_numbers_agree_within_a_step(seed: int) -> None:
    """Where float32 rounds, one step more or less of what is quantised next."""
    net = Net((12, 12, 3), seed=seed, dyadic=False)
    step = 0.037
    x = net.relu(net.affine(net.conv(net.quant("input", scale=0.031, zero=7), 16)))
    x = net.quant(x, scale=step, zero=-128)
    y = net.conv(x, 16, bits=4)
    out = net.quant(net.add(y, x), scale=step, zero=3)
    model = net.model(out)
    worst = differences(net, model)
    assert worst[out] < 1.01 * step
    lowered = lower(model)
    image = net.image()
    traced = trace(lowered.network, image.astype("<f4").tobytes())
    gap = np.abs(traced[lowered.network.output] - evaluate(model, image)[out])
    assert float((gap > step / 2).mean()) < 0.01


def test_a_block_with_shortcut_is_one_layer_for_each_convolution() -> None:
    net = Net((8, 8, 4))
    x = net.quant(net.conv("input", 8, bits=32), zero=0)
    y = net.quant(net.relu(net.affine(net.conv(x, 8))), zero=-128)
    z = net.relu(net.add(net.affine(net.conv(y, 8)), x))
    lowered = lower(net.model(net.dense(net.quant(z, zero=-128), 3)))
    wanted = [("CONV", "fp32"), ("CONV", "w8a8"), ("CONV+", "w8a8"), ("CONV", "w8a8")]
    assert layers(lowered) == wanted


def test_signs_come_with_the_layer_that_makes_the_value() -> None:
    net = Net((8, 8, 64))
    x = net.affine("input")
    x = net.add(net.affine(net.conv(net.sign(x), 64, bits=1, border=Border.PLUS_ONE)), x)
    x = net.maxpool(x)
    y = net.conv(net.sign(x), 64, bits=2, ternary=True, border=Border.PLUS_ONE)
    lowered = lower(net.model(net.conv(net.sign(y), 32, 1, bits=1, pad=0)))
    wanted = [("AFFINE-", ""), ("CONV+", "w1a1"), ("MAXPOOL-", ""), ("CONV-", "terna1")]
    assert layers(lowered)[:4] == wanted
    # nobody reads the real numbers of the ternary convolution
    assert lowered.network.layers[3].out is None


def test_concatenated_parts_are_written_in_place() -> None:
    net = Net((8, 8, 4))
    x = net.quant("input")
    parts = [net.quant(net.relu(net.conv(x, 8, k, pad=k // 2)), zero=-128) for k in (1, 3)]
    lowered = lower(net.model(net.dense(net.concat(*parts), 3)))
    wanted = [("AFFINE", ""), ("CONV", "w8a8"), ("CONV", "w8a8"), ("CONV", "w8a8")]
    assert layers(lowered) == wanted
    one, other = lowered.network.layers[1:3]
    assert (one.out, one.out_first, other.out_first) == (other.out, 0, 8)
    assert (one.border, other.border) == (Border.NOTHING, Border.ZERO)


def test_a_mean_that_is_concatenated_twice_is_taken_twice() -> None:
    net = Net((8, 8, 4))
    mean = net.avgpool("input")
    both = net.concat(mean, mean)
    model = net.model(net.add(both, net.conv("input", 8, 2, stride=2, pad=0, bits=32)))
    assert [op for op, _ in layers(lower(model))][:2] == ["AVGPOOL", "AVGPOOL"]


def test_two_addends_of_a_quantised_sum_need_no_third_layer() -> None:
    net = Net((8, 8, 4))
    x = net.quant("input")
    total = net.add(net.conv(x, 8, bits=4), net.conv(x, 8, bits=4))
    model = net.model(net.dense(net.quant(net.relu(total), zero=-128), 3))
    lowered = lower(model)
    wanted = [("AFFINE", ""), ("CONV", "w4a8"), ("CONV+", "w4a8"), ("CONV", "w8a8")]
    assert layers(lowered) == wanted
    assert not any(differences(net, model).values())
    addend = next(m for name, m in lowered.values.items() if name.startswith("conv1"))
    assert addend.scale == 1 / 16


def border_of(zero: int) -> Layer:
    net = Net((8, 8, 4))
    x = net.quant("input", zero=zero)
    return lower(net.model(net.conv(x, 8))).network.layers[1]


def test_outside_of_a_map_of_bytes_is_what_zero_is_there() -> None:
    assert (border_of(0).border, border_of(0).border_value) == (Border.ZERO, 0)
    assert (border_of(-128).border, border_of(-128).border_value) == (Border.VALUE, -128)


def test_unsigned_bytes_are_moved_into_a_byte() -> None:
    net = Net((8, 8, 4))
    x = net.quant("input")
    node = net.nodes[-1]
    assert isinstance(node, Quant)
    net.nodes[-1] = replace(node, low=0, high=255, zero=100)
    model = net.model(net.conv(x, 8))
    assert lower(model).values[x].zero == -28
    assert not any(differences(net, model).values())


def test_codes_with_a_zero_point_are_bytes_where_zeros_stand_outside() -> None:
    """Planes have no code for them there; elsewhere they stay planes."""
    found = {}
    for pad in (0, 1):
        net = Net((8, 8, 4))
        x = net.quant("input", bits=2, scale=1.0, zero=2)
        lowered = lower(net.model(net.conv(x, 8, bits=2, pad=pad)))
        found[pad] = lowered.network.layers[1].scheme
    assert found == {0: "w2a2", 1: "w2a8"}


@pytest.mark.parametrize(("pad", "scheme"), [(0, "w4a4"), (1, "w4a8")])
def test_signed_codes_of_few_bits_are_lifted(pad: int, scheme: str) -> None:
    net = Net((8, 8, 4))
    x = net.quant("input", bits=4, scale=0.5)
    node = net.nodes[-1]
    assert isinstance(node, Quant)
    net.nodes[-1] = replace(node, low=-8, high=7)
    model = net.model(net.conv(x, 8, bits=4, pad=pad))
    assert lower(model).network.layers[1].scheme == scheme
    assert not any(differences(net, model).values())


def test_odd_weights_keep_their_encoding() -> None:
    net = Net((8, 8, 4))
    x = net.conv(net.quant("input", bits=3, scale=1.0), 8, bits=3)
    node = net.nodes[-1]
    assert isinstance(node, Conv)
    odd = (2 * node.weights.values.astype(np.int8) + 1).astype(np.int8)
    weights = replace(node.weights, values=odd, encoding=Encoding.BIPOLAR)
    net.nodes[-1] = replace(node, weights=weights)
    model = net.model(x)
    layer = lower(model).network.layers[1]
    assert (layer.scheme, layer.encoding) == ("w3a3", Encoding.BIPOLAR)
    assert not any(differences(net, model).values())


def test_floats_and_halves() -> None:
    for bits, kind in ((32, TensorType.F32), (16, TensorType.F16)):
        net = Net((8, 8, 4), dyadic=False)
        x = net.relu(net.conv("input", 8, bits=bits))
        y = net.relu(net.add(net.conv(x, 8, bits=bits), x))
        model = net.model(net.dense(net.maxpool(y), 3, bits=bits))
        lowered = lower(model)
        pool = next(layer for layer in lowered.network.layers if layer.op is Op.MAXPOOL)
        assert lowered.network.tensors[pool.source].type is kind
        worst = max(differences(net, model).values())
        spread = float(evaluate(model, net.image())[model.output].std())
        assert worst < (1e-5 if bits == 32 else 1e-2) * spread


def test_integer_weights_on_real_maps_are_multiplied_as_floats() -> None:
    net = Net((8, 8, 4))
    model = net.model(net.conv("input", 8, bits=4))
    assert [layer.scheme for layer in lower(model).network.layers] == ["fp32"]
    assert max(differences(net, model).values()) < 1e-5


def refused(net: Net, output: str) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        lower(net.model(output, name="mine"))
    assert "mine" in caught.value.where
    assert caught.value.do
    return caught.value


def test_what_a_plan_cannot_say_is_refused_by_name() -> None:
    net = Net((8, 8, 4))
    out = net.conv(net.quant("input"), 8)
    node = net.nodes[-1]
    assert isinstance(node, Conv)
    halved = replace(node.weights, values=node.weights.values[..., :2])
    net.nodes[-1] = replace(node, groups=2, weights=halved)
    error = refused(net, out)
    assert "2 groups" in error.what
    assert node.name in error.where


def test_borders_that_have_no_code_are_refused() -> None:
    net = Net((8, 8, 4))
    out = net.conv(net.sign("input", 0.5), 8, bits=1, border=Border.PLUS_ONE)
    assert "PLUS_ONE" in refused(net, out).what
    net = Net((8, 8, 4))
    out = net.conv(net.quant("input", scale=0.3), 8, border=Border.PLUS_ONE)
    assert "steps of 0.3" in refused(net, out).what


def test_the_lowest_weight_and_wide_codes_are_refused() -> None:
    net = Net((8, 8, 4))
    out = net.conv(net.quant("input"), 8)
    node = net.nodes[-1]
    assert isinstance(node, Conv)
    low = node.weights.values.copy()
    low[0, 0, 0, 0] = -128
    net.nodes[-1] = replace(node, weights=replace(node.weights, values=low))
    assert "-128" in refused(net, out).what
    net = Net((8, 8, 4))
    x = net.quant("input")
    node2 = net.nodes[-1]
    assert isinstance(node2, Quant)
    net.nodes[-1] = replace(node2, low=-32768, high=32767, bits=16)
    assert "32767" in refused(net, net.conv(x, 8)).what


def test_rules_of_the_format_name_the_value() -> None:
    net = Net((8, 8, 4))
    x = net.conv("input", 8, bits=32)
    error = refused(net, net.conv(net.relu(x), 20_000, 1, pad=0, bits=32))
    assert "channels" in error.what
    assert error.where == "mine: conv2.out"


def test_long_and_foreign_names_are_cut() -> None:
    net = Net((8, 8, 4))
    model = net.model(net.conv("input", 8, bits=32), name="größe" * 10)
    assert lower(model).network.name == ("gr__e" * 10)[:32]


def test_a_border_of_nothing_is_one_of_zeros() -> None:
    net = Net((8, 8, 4))
    model = net.model(net.conv(net.quant("input", zero=-128), 8, border=Border.NOTHING))
    assert lower(model).network.layers[1].border_value == -128
    assert not any(differences(net, model).values())


def test_a_sum_that_is_too_long_is_refused() -> None:
    net = Net((32, 32, 33))
    assert "33792 products" in refused(net, net.dense(net.quant("input"), 2)).what
