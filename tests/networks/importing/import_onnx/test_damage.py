"""Whatever a file holds, an import ends soon, in a model or a NetworkError, and stays small."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.importing.import_onnx import graph as walker
from harness.networks.importing.import_onnx import import_onnx
from tests.networks.importing.import_onnx.oracle import BREVITAS, graph, node, normal

if TYPE_CHECKING:
    from collections.abc import Callable

CONSTANTS: dict[str, Any] = {
    "w": normal(4, 3, 3, 3),
    "s": np.float32(0.3),
    "z": np.float32(0),
    "b": np.float32(3),
    "qs": np.float32(0.02),
    "qz": np.uint8(7),
    "v": normal(36, 5),
    "first": np.array(0),
    "rest": np.array([-1]),
    "p": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
}
NODES = [
    node("Pad", "x p", "pad"),
    node("Quant", "w s z b", "wq", domain=BREVITAS, signed=1, narrow=1, rounding_mode="ROUND"),
    node("Conv", "pad wq", "c", strides=[2, 2]),
    node("QuantizeLinear", "c qs qz", "q"),
    node("DequantizeLinear", "q qs qz", "d"),
    node("Concat", "d d", "j", axis=1),
    node("MaxPool", "j", "m", kernel_shape=[2, 2], ceil_mode=1),
    node("Slice", "m first rest rest", "unused"),
    node("Shape", "x", "shape"),
    node("Gather", "shape first", "n"),
    node("Unsqueeze", "n rest", "n1"),
    node("Concat", "n1 rest", "t", axis=0),
    node("Reshape", "d t", "f"),
    node("MatMul", "f v", "y"),
]
FILE = graph(NODES, CONSTANTS, [1, 3, 6, 6])


def ends(data: bytes) -> None:
    try:
        model = import_onnx(data, name="net")
    except NetworkError as error:
        assert str(error).startswith("net: ")  # noqa: PT017 - either end is right
    else:
        assert model.output in model.shapes


def test_the_file_itself_is_whole() -> None:
    assert import_onnx(FILE, name="net").shapes["y"] == (1, 1, 5)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(FILE)
    for place, value in changes:
        data[place] = value
    ends(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FILE)), st.integers(0, len(FILE)), st.binary(max_size=40))
def test_missing_and_added_bytes(begin: int, end: int, extra: bytes) -> None:
    ends(FILE[: min(begin, end)] + extra + FILE[max(begin, end) :])


def _any_node(draw: Callable[..., Any], model: onnx.ModelProto) -> None:
    """Change the graph itself, so that the damage is not caught by the parser."""
    target = draw(st.sampled_from(list(model.graph.node)))
    ops = [*walker.TAKEN, *walker.QONNX, "Expand", "Range", "ConstantOfShape", "Where", "Cast"]
    names = [*CONSTANTS, "x", "c", "m", "shape", "t", ""]
    way = draw(st.sampled_from(["op", "inputs", "attribute", "drop"]))
    if way == "op":
        target.op_type = draw(st.sampled_from(ops))
    elif way == "inputs":
        del target.input[:]
        target.input.extend(draw(st.lists(st.sampled_from(names), max_size=6)))
    elif way == "attribute":
        name = draw(
            st.sampled_from(
                ["axis", "axes", "pads", "strides", "perm", "to", "signed", "kernel_shape"]
            )
        )
        value = draw(
            st.one_of(
                st.integers(-(2**63), 2**63 - 1),
                st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=9),
                st.floats(),
                st.text(max_size=4),
            )
        )
        kept = [a for a in target.attribute if a.name != name]
        del target.attribute[:]
        target.attribute.extend([*kept, onnx.helper.make_attribute(name, value)])
    else:
        model.graph.node.remove(target)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_graphs(data: st.DataObject) -> None:
    model = onnx.load_from_string(FILE)
    for _ in range(data.draw(st.integers(1, 4))):
        _any_node(data.draw, model)
    ends(model.SerializeToString())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(CONSTANTS)), st.data())
def test_other_constants(name: str, data: st.DataObject) -> None:
    array = CONSTANTS[name]
    size = int(np.size(array))
    values = data.draw(
        st.sampled_from(
            [
                np.full(np.shape(array), np.nan, np.float32),
                np.full(np.shape(array), -np.inf, np.float32),
                np.full(np.shape(array), 2**31, np.int64),
                np.zeros(np.shape(array), np.float64),
                np.zeros(0, np.float32),
                np.zeros((size, 0), np.int64),
                np.full((1,) * 30, 1, np.int64),
                np.full(np.shape(array), "x"),
                np.full(np.shape(array), 1j, np.complex64),
                np.ones(np.shape(array), bool),
            ]
        )
    )
    if values.dtype.kind == "U":
        values = values.astype(object)
    ends(graph(NODES, CONSTANTS | {name: values}, [1, 3, 6, 6]))


def _doubling() -> bytes:
    nodes = [node("Concat", f"v{i} v{i}", f"v{i + 1}", axis=1) for i in range(40)]
    nodes[0].input[:] = ["x", "x"]
    return graph(nodes, {}, [1, 64, 1, 1])


def _many_vectors() -> bytes:
    nodes = [node("Mul", f"v{i} s", f"v{i + 1}") for i in range(300)]
    nodes[0].input[0] = "x"
    return graph(nodes, {"s": np.float32(2)}, [1, 1 << 20])


def _expanded() -> bytes:
    nodes = [node("Expand", "s t", "e"), node("Add", "x e", "y")]
    return graph(nodes, {"s": np.float32(2), "t": np.full(4, 1 << 15)}, [1, 3, 4, 4])


def _filled() -> bytes:
    nodes = [node("ConstantOfShape", "t", "e"), node("Add", "x e", "y")]
    return graph(nodes, {"t": np.full(8, 1 << 20)}, [1, 3, 4, 4])


def _ranged() -> bytes:
    nodes = [node("Range", "a b c", "e"), node("Add", "x e", "y")]
    held = {"a": np.float32(0), "b": np.float32(1e30), "c": np.float32(1e-30)}
    return graph(nodes, held, [1, 3, 4, 4])


def _outer() -> bytes:
    nodes = [node("Mul", "a b", "e"), node("Add", "x e", "y")]
    held = {"a": np.ones((1 << 16, 1), np.float32), "b": np.ones((1, 1 << 16), np.float32)}
    return graph(nodes, held, [1, 3, 4, 4])


def _nodes() -> bytes:
    nodes = [node("Relu", f"v{i}", f"v{i + 1}") for i in range(walker.MAX_NODES + 1)]
    return graph(nodes, {}, [1, 3, 4, 4])


def _nested() -> bytes:
    data = b""
    for _ in range(5000):  # a graph in an attribute in a node in a graph
        inner = b"\x0a" + _varint(len(data)) + data
        inner = b"\x32" + _varint(len(inner)) + inner
        inner = b"\x2a" + _varint(len(inner)) + inner
        data = b"\x0a" + _varint(len(inner)) + inner
        if len(data) > 100_000:
            break
    return b"\x3a" + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


@pytest.mark.parametrize(
    "bomb", [_doubling, _many_vectors, _expanded, _filled, _ranged, _outer, _nodes, _nested]
)
def test_small_files_cannot_ask_for_much(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    assert len(data) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(NetworkError):
            import_onnx(data, name="net")
        assert tracemalloc.get_traced_memory()[1] < 400 << 20
    finally:
        tracemalloc.stop()
