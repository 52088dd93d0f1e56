"""What cannot be taken is refused by the name of the first node, with words on what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from harness.errors import NetworkError
from harness.networks.importing.import_onnx import import_onnx, reader
from tests.networks.importing.import_onnx.oracle import graph, node, normal

SHAPE = [1, 4, 6, 5]
CONSTANTS: dict[str, Any] = {
    "w": normal(4, 4, 3, 3),
    "dw": normal(4, 1, 3, 3),
    "m": normal(120, 4),
    "one": np.float32(1),
    "zero": np.float32(0),
    "tiny": np.float32(1e-40),
    "nan": np.array([1, np.nan, 1, 1], np.float32).reshape(4, 1, 1),
    "spatial": normal(1, 1, 6, 5),
    "scales": np.array([1, 2, 1, 1], np.float32),
    "shuffle": np.array([1, 2, 2, 6, 5]),
    "u": np.uint8(3),
    "u4": np.zeros(4, np.uint8),
    "pads": np.array([0, 1, 0, 0, 0, 0, 0, 0]),
    "cut": np.array([0, 0, -1, 0, 0, 0, 0, 0]),
    "around": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
}


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (node("LeakyRelu", "x", "y"), "LeakyRelu, 1 of 1.*no such operator"),
        (node("Sign", "x", "y"), "(?s)Sign.*BipolarQuant"),
        (node("QLinearConv", "x one u w one u one u", "y"), "(?s)QLinearConv.*QDQ"),
        (node("ConvInteger", "x w", "y"), "(?s)ConvInteger.*QDQ"),
        (node("FusedConv", "x w", "y", domain="com.microsoft"), "com.microsoft::FusedConv"),
        (node("Conv", "x dw", "y", group=4), "(?s)4 groups.*plain convolution"),
        (node("Conv", "x w", "y", dilations=[2, 2]), "gaps"),
        (node("Conv", "x w", "y", kernel_shape=[5, 5]), "kernel_shape"),
        (node("Conv", "x x", "y"), "input 1 is computed"),
        (node("Conv", "x m", "y"), "2 axes"),
        (node("Conv", "x dw", "y"), "weights"),
        (node("Conv", "x w", "y", auto_pad="SAME"), "auto_pad"),
        (node("MaxPool", "x", "y", kernel_shape=[9, 9]), "larger than the map"),
        (node("MaxPool", "x", "y", kernel_shape=[2, 2], storage_order=1), "storage_order"),
        (node("ReduceMean", "x", "y", axes=[1]), "over channels"),
        (node("Mul", "x x", "y"), "both sides"),
        (node("Div", "one x", "y"), "input 0 is a constant"),
        (node("Div", "x zero", "y"), "divides by zero"),
        (node("Add", "x nan", "y"), "not finite"),
        (node("Div", "x tiny", "y"), "too large for single precision"),
        (node("Add", "x spatial", "y"), "from pixel to pixel"),
        (node("Add", "x m", "y"), "does not fit"),
        (node("Reshape", "x shuffle", "y"), "cuts"),
        (node("Transpose", "x", "y", perm=[0, 0, 1, 2]), "perm"),
        (node("Concat", "x x", "y", axis=2), "only channels"),
        (node("Concat", "x x", "y", axis=7), "no axis 7"),
        (node("Gemm", "x m", "y"), "has the shape"),
        (node("MatMul", "x m", "y"), "multiplies|only the channels"),
        (node("Cast", "x", "y", to=10), "float32"),
        (node("QuantizeLinear", "x scales u4", "y"), "one number is wanted"),
        (node("QuantizeLinear", "x zero u", "y"), "scale is 0"),
        (node("DequantizeLinear", "x one u", "y"), "no QuantizeLinear before"),
        (node("Pad", "x pads", "y"), "only height and width"),
        (node("Pad", "x cut", "y"), "cuts"),
        (node("Pad", "x around", "y", mode="reflect"), "'reflect'"),
        (node("Pad", "x around", "y"), "nothing reads it"),
        (node("Clip", "x one zero", "y"), "limits are"),
        (node("Relu", "gone", "y"), "'gone', which nothing"),
        (node("BatchNormalization", "x one one one one", "y"), "are not 4 each"),
        (node("Relu", "one", "y"), "input 0 is a constant|does not depend"),
    ],
    ids=lambda held: held if isinstance(held, str) else held.op_type,
)
def test_single_nodes(made: onnx.NodeProto, words: str) -> None:
    with pytest.raises(NetworkError, match=words) as caught:
        import_onnx(graph([made], CONSTANTS, SHAPE), name="net")
    text = str(caught.value)
    assert text.startswith("net: ")
    if "my " in text:
        assert f"the node 'my {made.op_type} y'" in text
        assert "\n  " in text  # what to do


def test_the_first_of_several_is_named() -> None:
    nodes = [
        node("Relu", "x", "a"),
        node("Elu", "a", "b"),
        node("Selu", "b", "y"),
    ]
    with pytest.raises(NetworkError, match=r"'my Elu b' \(Elu, 2 of 3\)"):
        import_onnx(graph(nodes, {}, SHAPE), name="net")


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([node("Softmax", "x", "a"), node("Relu", "a", "y")], "Softmax.*only be the last"),
        (
            [node("Pad", "x around", "a"), node("MaxPool", "a", "y", kernel_shape=[3, 3])],
            "could be the largest",
        ),
        ([node("Pad", "x around", "a"), node("Relu", "a", "y")], "has padded"),
        (
            [node("Pad", "x around one", "a"), node("Conv", "a w", "y", pads=[1, 1, 1, 1])],
            "with something else",
        ),
        (
            [node("Pad", "x around half", "a"), node("Conv", "a w", "y")],
            "pads with 0.5",
        ),
        ([node("QuantizeLinear", "x one u", "a"), node("Relu", "a", "y")], "quantised integers"),
        ([node("QuantizeLinear", "x one u", "y")], "ends? in real numbers"),
        (
            [node("QuantizeLinear", "x one u", "a"), node("DequantizeLinear", "a half u", "y")],
            "not those its input was quantised with",
        ),
        (
            [node("MaxPool", "x", "a", kernel_shape=[2, 2]), node("Add", "a x", "y")],
            "different shapes",
        ),
        ([node("Relu", "x", "a"), node("Relu", "x", "a")], "a second time"),
        ([node("Relu", "a", "y"), node("Relu", "x", "a")], "nothing before it writes"),
    ],
)
def test_nodes_that_do_not_go_together(nodes: list[onnx.NodeProto], words: str) -> None:
    constants = CONSTANTS | {"half": np.float32(0.5)}
    data = graph(nodes, constants, SHAPE)
    if nodes[0].input[0] == "a":  # the output is what the first node writes
        changed = onnx.load_from_string(data)
        changed.graph.output[0].name = "y"
        data = changed.SerializeToString()
    with pytest.raises(NetworkError, match=words):
        import_onnx(data, name="net")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ([8, 4, 6, 5], "batch is fixed at 8"),
        ([1, 4, "height", 5], "sizes open"),
        ([4], "1 axes"),
        ([1, 2, 3, 4, 5], "5 axes"),
        ([1, 4, 60_000, 60_000], "numbers"),
    ],
)
def test_inputs(shape: list[int | str], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        import_onnx(graph([node("Relu", "x", "y")], {}, shape), name="net")


def _changed(change: Any) -> bytes:
    nodes = [node("Conv", "x w", "c"), node("Relu", "c", "y")]
    model = onnx.load_from_string(graph(nodes, {"w": CONSTANTS["w"]}, SHAPE))
    change(model)
    data: bytes = model.SerializeToString()
    return data


def _double(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16


def _two_inputs(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("other", 1, SHAPE))


def _two_outputs(model: onnx.ModelProto) -> None:
    model.graph.output.append(helper.make_tensor_value_info("c", 1, None))


def _external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def _short(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:-4]


def _opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 99


def _loop(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = "x"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_double, "holds float16.*"),
        (_two_inputs, "2 inputs"),
        (_two_outputs, "2 outputs"),
        (_external, "another file"),
        (_short, "'w' is damaged"),
        (_opset, "operator set is 99"),
        (_loop, "does not depend"),
    ],
)
def test_files(change: Any, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        import_onnx(_changed(change), name="net")


def test_what_is_no_file_of_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"\0" * 64, b"a text\n", b"\xff" * 300, b"\x89PNG\r\n"):
        with pytest.raises(NetworkError, match="no ONNX file"):
            import_onnx(data, name="net")
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    with pytest.raises(NetworkError, match="11 bytes, more than 10"):
        import_onnx(b"x" * 11, name="net")
