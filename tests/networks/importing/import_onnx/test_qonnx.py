"""QONNX graphs against their formulas, which onnxruntime carries out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.importing.import_onnx import import_onnx
from harness.networks.models.model import Add, Affine, Conv, Dense, Quant, Sign
from harness.networks.plans.graph import Encoding
from tests.networks.importing.import_onnx.lowering import lowered
from tests.networks.importing.import_onnx.oracle import (
    BREVITAS,
    GENERAL,
    agrees,
    graph,
    node,
    normal,
)

if TYPE_CHECKING:
    import onnx

    from harness.networks.models.model import Model

SHAPE = [1, 3, 6, 5]
ZERO, ONE = np.float32(0), np.float32(1)


def against_formulas(data: bytes, **options: Any) -> Model:
    return agrees(data, reference=lowered(data), **options)


def quant(inputs: str, output: str, *, domain: str = GENERAL, **attributes: Any) -> onnx.NodeProto:
    given = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND"} | attributes
    return node("Quant", inputs, output, domain=domain, **given)


@pytest.mark.parametrize("domain", [GENERAL, BREVITAS, "finn.custom_op.general"])
@pytest.mark.parametrize(
    ("bits", "signed", "narrow", "low", "high"),
    [
        (8, 1, 1, -127, 127),
        (8, 0, 0, 0, 255),
        (3, 0, 0, 0, 7),
        (2, 1, 0, -2, 1),
        (4, 0, 1, 0, 14),
        (1, 0, 0, 0, 1),
        (5, 1.0, 0.0, -16, 15),
    ],
)
def test_quantisers(
    domain: str, bits: int, signed: float, narrow: float, low: int, high: int
) -> None:
    constants: dict[str, Any] = {"s": np.float32(0.3), "z": ZERO, "b": np.float32(bits)}
    made = quant("x s z b", "y", domain=domain, signed=signed, narrow=narrow)
    (found,) = against_formulas(graph([made], constants, SHAPE, opset=11)).nodes
    assert isinstance(found, Quant)
    assert (found.low, found.high, found.bits, found.zero) == (low, high, bits, 0)


def test_halves_go_to_even_and_zero_points_shift() -> None:
    from harness.networks.models.evaluate import evaluate

    constants: dict[str, Any] = {"s": np.float32(0.5), "z": np.float32(2), "b": np.float32(3)}
    data = graph([quant("x s z b", "y", signed=0)], constants, [1, 8])
    model = import_onnx(data, name="net")
    given = np.array([-9, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 9], np.float32)
    seen = evaluate(model, given.reshape(1, 1, 8))["y"].ravel()
    assert seen.tolist() == [-1.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 2.5]


@pytest.mark.parametrize("domain", [GENERAL, BREVITAS])
def test_signs(domain: str) -> None:
    constants: dict[str, Any] = {"s": np.float32(0.7), "z": ZERO, "b": ONE}
    data = graph([node("BipolarQuant", "x s", "y", domain=domain)], constants, SHAPE, opset=9)
    (found,) = against_formulas(data).nodes
    assert isinstance(found, Sign)
    assert found.scale == np.float32(0.7)
    # a quantiser of one signed bit is the same
    (found,) = against_formulas(graph([quant("x s z b", "y")], constants, SHAPE)).nodes
    assert isinstance(found, Sign)


@pytest.mark.parametrize(
    ("bits", "narrow", "signed", "wanted"),
    [
        (1, 0, 1, (1, Encoding.BIPOLAR, False)),
        (2, 1, 1, (2, Encoding.SIGNED, True)),
        (2, 0, 1, (2, Encoding.SIGNED, False)),
        (3, 1, 1, (3, Encoding.SIGNED, False)),
        (4, 0, 0, (4, Encoding.UNIPOLAR, False)),
        (8, 1, 1, (8, Encoding.SIGNED, False)),
    ],
)
@pytest.mark.parametrize("per_channel", [False, True])
def test_weights_become_integers(
    bits: int, narrow: int, signed: int, wanted: tuple[int, Encoding, bool], *, per_channel: bool
) -> None:
    scale = np.abs(normal(5, 1, 1, 1)) + np.float32(0.2)
    constants: dict[str, Any] = {
        "w": normal(5, 3, 3, 3) * np.float32(2 if signed else 4),
        "s": scale if per_channel else scale[:1],
        "z": ZERO,
        "b": np.float32(bits),
    }
    nodes = [quant("w s z b", "q", signed=signed, narrow=narrow), node("Conv", "x q", "y")]
    (conv,) = against_formulas(graph(nodes, constants, SHAPE, opset=11)).nodes
    assert isinstance(conv, Conv)
    held = conv.weights
    assert (held.bits, held.encoding, held.ternary) == wanted
    assert held.values.dtype == np.int8
    assert np.array_equal(held.scale, np.broadcast_to(constants["s"].ravel(), (5,)))


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("ROUND", [-2, -2, 0, 0, 2, 2]),
        ("FLOOR", [-3, -2, -1, 0, 1, 2]),
        ("CEIL", [-2, -1, 0, 1, 2, 3]),
        ("ROUND_TO_ZERO", [-2, -1, 0, 0, 1, 2]),
        ("HALF_UP", [-3, -2, -1, 1, 2, 3]),
        ("HALF_DOWN", [-2, -1, 0, 0, 1, 2]),
        ("UP", [-3, -2, -1, 1, 2, 3]),
    ],
)
def test_weights_are_rounded_in_every_way(mode: str, wanted: list[int]) -> None:
    constants: dict[str, Any] = {
        "w": np.array([[-2.5], [-1.5], [-0.5], [0.5], [1.5], [2.5]], np.float32).T,
        "s": ONE,
        "z": ZERO,
        "b": np.float32(4),
    }
    nodes = [quant("w s z b", "q", rounding_mode=mode), node("MatMul", "x q", "y")]
    (dense,) = import_onnx(graph(nodes, constants, [1, 1]), name="net").nodes
    assert isinstance(dense, Dense)
    assert dense.weights.values.ravel().tolist() == wanted


def test_weights_of_more_than_eight_bits_stay_real() -> None:
    constants: dict[str, Any] = {
        "w": normal(30, 4),
        "s": np.float32(0.001),
        "z": ZERO,
        "b": np.float32(16),
    }
    nodes = [quant("w s z b", "q"), node("MatMul", "x q", "y")]
    (dense,) = against_formulas(graph(nodes, constants, [1, 30])).nodes
    assert isinstance(dense, Dense)
    assert dense.weights.bits == 32


def test_biases_of_many_bits_are_real_numbers() -> None:
    constants: dict[str, Any] = {"w": normal(5, 3, 1, 1), "c": normal(5) * 3, "z": ZERO}
    constants |= {"s": np.abs(normal(5)) / 4096, "b": np.float32(32)}
    nodes = [quant("c s z b", "q"), node("Conv", "x w q", "y")]
    (conv,) = against_formulas(graph(nodes, constants, SHAPE)).nodes
    assert isinstance(conv, Conv)
    assert np.allclose(conv.bias, constants["c"], atol=1e-3)


def test_signs_with_a_scale_per_channel() -> None:
    constants = {"s": np.abs(normal(1, 3, 1, 1))}
    data = graph([node("BipolarQuant", "x s", "y", domain=GENERAL)], constants, SHAPE)
    assert [type(n) for n in against_formulas(data).nodes] == [Sign, Affine]


def test_a_scale_behind_binary_weights_stays_a_scale() -> None:
    constants: dict[str, Any] = {
        "w": normal(5, 3, 1, 1),
        "s": ONE,
        "alpha": np.abs(normal(5, 1, 1, 1)),
    }
    nodes = [
        node("BipolarQuant", "w s", "q", domain=GENERAL),
        node("Mul", "q alpha", "scaled"),
        node("Conv", "x scaled", "y"),
    ]
    (conv,) = against_formulas(graph(nodes, constants, SHAPE)).nodes
    assert isinstance(conv, Conv)
    assert conv.weights.bits == 1
    assert np.array_equal(conv.weights.scale, constants["alpha"].ravel())


def bipolar_layers(widths: list[int]) -> tuple[list[onnx.NodeProto], dict[str, Any]]:
    """Dense layers as the zoo's TFC has them: sign weights behind a Transpose, BN, sign."""
    nodes: list[onnx.NodeProto] = []
    constants: dict[str, Any] = {"s": ONE}
    for index, (given, made) in enumerate(pairwise(widths)):
        name = f"l{index}"
        constants[f"{name}.w"] = normal(made, given, seed=index)
        nodes += [
            node("BipolarQuant", f"a{index} s", f"{name}.a", domain=BREVITAS),
            node("BipolarQuant", f"{name}.w s", f"{name}.q", domain=BREVITAS),
            node("Transpose", f"{name}.q", f"{name}.t", perm=[1, 0]),
            node("MatMul", f"{name}.a {name}.t", f"{name}.m"),
        ]
        if made == widths[-1]:
            continue
        for part, values in (("g", normal(made, seed=9)), ("e", normal(made)), ("u", normal(made))):
            constants[f"{name}.{part}"] = values
        constants[f"{name}.v"] = np.abs(normal(made)) * given + 1
        inputs = " ".join(f"{name}.{part}" for part in "mgeuv")
        nodes.append(node("BatchNormalization", inputs, f"a{index + 1}", epsilon=1e-4))
    return nodes, constants


def test_the_zoo_s_tfc_with_signs() -> None:
    """784-64-64-64-10, opset 9, constants among the inputs, shape arithmetic, BN written out."""
    nodes, constants = bipolar_layers([784, 64, 64, 64, 10])
    head = [
        node("Shape", "x", "shape"),
        node("Gather", "shape first", "batch", axis=0),
        node("Unsqueeze", "batch", "batch1", axes=[0]),
        node("Concat", "batch1 rest", "target", axis=0),
        node("Reshape", "x target", "flat"),
        node("Mul", "flat two", "wide"),
        node("Sub", "wide s", "a0"),
    ]
    tail = [
        node("Sub", "l3.m mean", "t1"),
        node("Add", "variance epsilon", "t2"),
        node("Pow", "t2 half", "t3"),
        node("Div", "t1 t3", "t4"),
        node("Mul", "t4 gain", "t5"),
        node("Add", "t5 offset", "y"),
    ]
    constants |= {"first": np.array(0), "rest": np.array([-1]), "two": np.float32(2)}
    constants |= {"mean": np.float32(1.5), "variance": np.float32(700), "half": np.float32(0.5)}
    constants |= {"epsilon": np.float32(1e-4), "gain": normal(1), "offset": normal(1)}
    data = graph(head + nodes + tail, constants, [1, 1, 28, 28], opset=9, ir=4, repeat=True)
    model = against_formulas(data)
    kinds = [type(n) for n in model.nodes]
    assert (kinds.count(Sign), kinds.count(Dense)) == (4, 4)
    for dense in model.nodes:
        if isinstance(dense, Dense):
            assert (dense.weights.bits, dense.weights.encoding) == (1, Encoding.BIPOLAR)
    assert model.shapes["x"] == (28, 28, 1)
    assert model.shapes["y"] == (1, 1, 10)


@pytest.mark.parametrize("weight_bits", [1, 2])
def test_the_zoo_s_tfc_with_two_bits(weight_bits: int) -> None:
    constants: dict[str, Any] = {
        "s": np.float32(0.5),
        "z": ZERO,
        "b": np.float32(2),
        "wb": np.float32(weight_bits),
    }
    constants |= {"w": normal(10, 64, seed=3), "ws": np.float32(0.8)}
    nodes = [
        node("Flatten", "x", "f"),
        quant("f s z b", "a", domain=BREVITAS, signed=1.0, narrow=1.0),
        quant("w ws z wb", "q", domain=BREVITAS, signed=1.0, narrow=float(weight_bits > 1)),
        node("Transpose", "q", "t", perm=[1, 0]),
        node("MatMul", "a t", "y"),
    ]
    model = against_formulas(graph(nodes, constants, [1, 1, 8, 8], opset=9))
    dense = model.nodes[-1]
    assert isinstance(dense, Dense)
    assert (dense.weights.bits, dense.weights.ternary) == (weight_bits, weight_bits == 2)


def test_the_zoo_s_kws_with_three_bits() -> None:
    """490-256-256-256-12, opset 11: int8 narrow input, weights of 3 bits with a scale per row."""
    widths = [490, 256, 256, 256, 12]
    nodes = [
        quant("x si z b8", "q0", narrow=1),
        node("Reshape", "q0 target", "a0"),
    ]
    constants: dict[str, Any] = {
        "si": np.float32(0.8298504),
        "sa": np.float32(1 / 7),
        "z": ZERO,
        "b8": np.float32(8),
        "b3": np.float32(3),
        "target": np.array([1, -1]),
    }
    for index, (given, made) in enumerate(pairwise(widths)):
        constants |= {
            f"w{index}": normal(made, given, seed=index) / np.float32(given**0.5),
            f"s{index}": (np.abs(normal(made, 1, seed=index)) + np.float32(0.5))
            / np.float32(2 * given**0.5),
            f"c{index}": normal(made),
        }
        nodes += [
            quant(f"w{index} s{index} z b3", f"q{index}w", narrow=1),
            node("Gemm", f"a{index} q{index}w c{index}", f"m{index}", transB=1),
        ]
        if made == widths[-1]:
            break
        for part, values in (("g", normal(made) + 1), ("e", normal(made)), ("u", normal(made))):
            constants[f"{part}{index}"] = values.astype(np.float32)
        constants[f"v{index}"] = np.abs(normal(made)) + 1
        inputs = " ".join(f"{part}{index}" for part in "mgeuv")
        nodes += [
            node("BatchNormalization", inputs, f"n{index}"),
            node("Relu", f"n{index}", f"r{index}"),
            quant(f"r{index} sa z b3", f"a{index + 1}", signed=0),
        ]
    data = graph(nodes, constants, [1, 1, 10, 49], opset=11, repeat=True)
    model = against_formulas(data, rounds=5)
    dense = [n for n in model.nodes if isinstance(n, Dense)]
    assert {n.weights.bits for n in dense} == {3}
    assert [int(n.weights.values.min()) for n in dense] == [-3] * 4
    assert dense[0].weights.values.shape == (256, 10, 49, 1)
    quants = [n for n in model.nodes if isinstance(n, Quant)]
    assert [(n.low, n.high) for n in quants] == [(-127, 127), (0, 7), (0, 7), (0, 7)]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("bits_out", [4, 3, 7])
def test_truncated_means(version: int, bits_out: int) -> None:
    """Brevitas writes the mean of a window as sum, then drops its lowest bits."""
    constants: dict[str, Any] = {"s": np.float32(0.25), "z": ZERO, "b": np.float32(3)}
    constants |= {"area": np.float32(16), "in": np.float32(7), "out": np.float32(bits_out)}
    constants["so"] = np.float32(0.25 * 2 ** (7 - bits_out))
    inputs = "sum s z in out" if version == 1 else "sum s z in so out"
    extra = {} if version == 1 else {"signed": 0, "narrow": 0}
    nodes = [
        quant("x s z b", "q", signed=0),
        node("AveragePool", "q", "mean", kernel_shape=[4, 4], strides=[1, 1]),
        node("Mul", "mean area", "sum"),
        node("Trunc", inputs, "y", domain=GENERAL, rounding_mode="FLOOR", **extra),
    ]
    model = against_formulas(graph(nodes, constants, [1, 3, 8, 8]), tolerance=1e-6)
    assert isinstance(model.nodes[-1], Quant | Affine)


@pytest.mark.parametrize("layout", ["NC", "NCHW"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("count", "scale", "bias"),
    [(1, 2.0, -1.0), (1, 1.0, 0.0), (3, 1.0, 0.0), (7, 0.5, -2.0), (3, 2.0, -3.0)],
)
def test_thresholds(layout: str, channels: int, count: int, scale: float, bias: float) -> None:
    table = np.sort(normal(channels, count), axis=1)
    made = node(
        "MultiThreshold",
        "x t",
        "y",
        domain="finn.custom_op.general",
        out_scale=scale,
        out_bias=bias,
        out_dtype="INT4",
        data_layout=layout,
    )
    model = against_formulas(graph([made], {"t": table}, SHAPE if layout == "NCHW" else [1, 3]))
    last = model.nodes[-1]
    if (scale, bias) == (2.0, -1.0):
        assert isinstance(last, Sign)
    elif bias == int(bias / scale) * scale:
        assert isinstance(last, Quant)
    assert sum(isinstance(n, Add) for n in model.nodes) == count - 1


def test_a_value_on_its_threshold_counts() -> None:
    from harness.networks.models.evaluate import evaluate

    table = np.array([[-1, 0, 2]], np.float32)
    made = node("MultiThreshold", "x t", "y", domain=GENERAL)
    model = import_onnx(graph([made], {"t": table}, [1, 6]), name="net")
    given = np.array([-1.5, -1, -0.5, 0, 1.5, 2], np.float32).reshape(1, 1, 6)
    assert evaluate(model, given)[model.output].ravel().tolist() == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("mode", ["ROUND", "round", "FLOOR"])
@pytest.mark.parametrize("signed", [0, 1])
def test_truncated_means_as_brevitas_writes_them_now(mode: str, signed: int) -> None:
    """Of the mean itself, in steps of a sixteenth, half of which meet a half."""
    constants: dict[str, Any] = {"s": np.float32(0.2478756), "z": ZERO, "b": np.float32(4)}
    constants |= {"si": np.float32(0.2478756) / 16, "in": np.float32(8), "out": np.float32(4)}
    extra = {"rounding_mode": mode, "signed": signed, "narrow": 0}
    nodes = [
        quant("x s z b", "q", signed=signed),
        node("AveragePool", "q", "mean", kernel_shape=[4, 4], strides=[4, 4]),
        node("Trunc", "mean si z in s out", "y", domain=GENERAL, **extra),
    ]
    against_formulas(graph(nodes, constants, [1, 8, 64, 64]), tolerance=1e-6)


@pytest.mark.parametrize("signed", [0, 1])
def test_truncation_of_what_is_not_whole(signed: int) -> None:
    constants: dict[str, Any] = {"s": np.float32(0.05), "z": ZERO}
    constants |= {"in": np.float32(7 + signed), "out": np.float32(4)}
    nodes = [
        node("Clip", "x low high", "c"),
        node("Trunc", "c s z in out", "y", domain=GENERAL, rounding_mode="FLOOR"),
    ]
    constants |= {"low": np.float32(-6 if signed else 0), "high": np.float32(6)}
    model = against_formulas(graph(nodes, constants, SHAPE), tolerance=1e-6)
    assert sum(isinstance(n, Quant) for n in model.nodes) == 2


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (node("FloatQuant", "x s z b", "y", domain=GENERAL), "qonnx.custom_op.general::FloatQuant"),
        (quant("x s z b", "y", rounding_mode="FLOOR"), "FLOOR.*rounding_mode ROUND"),
        (quant("x s odd b", "y"), "zero point is 3"),
        (quant("x s half b", "y"), "zero point is 0.5"),
        (quant("x s z half", "y"), "bit width is 0.5"),
        (quant("x many z b", "y"), "one number is wanted"),
        (quant("x z z b", "y"), "scale is 0"),
        (quant("x s z x", "y"), "input 3 is computed"),
        (quant("x s z b", "y", signed=0.5), "signed is no integer"),
        (
            node("Trunc", "x s z b b", "y", domain=GENERAL, rounding_mode="ROUND"),
            "by ROUND.*a Quant in its place",
        ),
        (node("Trunc", "x s half b b", "y", domain=GENERAL), "zero point 0.5"),
        (node("MultiThreshold", "x wide", "y", domain=GENERAL), "16 thresholds"),
        (node("MultiThreshold", "x many", "y", domain=GENERAL), "thresholds have the shape"),
        (node("BipolarQuant", "x z", "y", domain=BREVITAS), "scale is 0"),
    ],
    ids=lambda held: held if isinstance(held, str) else held.op_type,
)
def test_what_does_not_fit_is_refused_by_name(made: onnx.NodeProto, words: str) -> None:
    constants: dict[str, Any] = {
        "s": np.float32(0.5),
        "z": ZERO,
        "b": np.float32(3),
        "odd": np.float32(3),
    }
    constants |= {"half": np.float32(0.5), "many": normal(3), "wide": normal(1, 16)}
    with pytest.raises(NetworkError, match=f"(?s){words}") as caught:
        import_onnx(graph([made], constants, SHAPE), name="net")
    assert f"the node '{made.name}'" in str(caught.value)
