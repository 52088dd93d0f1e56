"""QONNX's operators written out in plain ONNX by their formulas, for onnxruntime to run."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

_QONNX = frozenset({"Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"})


def lowered(data: bytes) -> bytes:
    """Return the same graph without QONNX's operators."""
    model = onnx.load_from_string(data)
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    extra: list[onnx.TensorProto] = []
    for node in model.graph.node:
        if node.op_type in _QONNX:
            _Writer(nodes, extra, node).write(held)
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(extra)
    del model.opset_import[1:]
    # Round came with 11; nothing used here changed between 9 and 12
    model.opset_import[0].version = max(model.opset_import[0].version, 12)
    made: bytes = model.SerializeToString()
    return made


class _Writer:
    def __init__(
        self, nodes: list[onnx.NodeProto], extra: list[onnx.TensorProto], node: onnx.NodeProto
    ) -> None:
        self.nodes, self.extra, self.node = nodes, extra, node
        self.count = 0
        self.attributes: dict[str, Any] = {
            a.name: helper.get_attribute_value(a) for a in node.attribute
        }

    def constant(self, value: Any) -> str:
        self.count += 1
        name = f"{self.node.output[0]}.k{self.count}"
        self.extra.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def op(self, op: str, *inputs: str, last: bool = False, **attributes: Any) -> str:
        self.count += 1
        output = self.node.output[0] if last else f"{self.node.output[0]}.v{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def write(self, held: dict[str, np.ndarray[Any, Any]]) -> None:
        x, scale = self.node.input[0], self.node.input[1]
        if self.node.op_type == "BipolarQuant":
            self.sign(x, scale)
        elif self.node.op_type == "Trunc":
            self.trunc(x, scale, held)
        elif self.node.op_type == "MultiThreshold":
            self.thresholds(x, held[scale])
        else:
            bits = int(held[self.node.input[3]].reshape(()))
            signed, narrow = int(self.attributes["signed"]), int(self.attributes["narrow"])
            if bits == 1 and signed:
                self.sign(x, scale)
                return
            low = -(2 ** (bits - 1)) + narrow if signed else 0
            high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1 - narrow
            y = self.op("Add", self.op("Div", x, scale), self.node.input[2])
            y = self.op("Max", self.op("Min", y, self.constant(high)), self.constant(low))
            y = self.op("Sub", self.op("Round", y), self.node.input[2])
            self.op("Mul", y, scale, last=True)

    def sign(self, x: str, scale: str) -> None:
        below = self.op("Less", x, self.constant(0.0))
        self.op("Where", below, self.op("Neg", scale), scale, last=True)

    def trunc(self, x: str, scale: str, held: dict[str, np.ndarray[Any, Any]]) -> None:
        zero, rest = self.node.input[2], self.node.input[3:]
        y = self.op("Round", self.op("Add", self.op("Div", x, scale), zero))
        if len(rest) == 3:
            step = float(held[rest[1]].reshape(()) / held[scale].reshape(()))
            y = self.op("Div", y, self.constant(2.0 ** round(np.log2(step))))
            bits, signed = int(held[rest[2]].reshape(())), int(self.attributes["signed"])
            high = 2 ** (bits - signed) - 1
            y = self.op("Min", y, self.constant(high))
            y = self.op("Max", y, self.constant(-high - 1 if signed else 0))
        else:
            step = 2.0 ** int(held[rest[0]].reshape(()) - held[rest[1]].reshape(()))
            y = self.op("Div", y, self.constant(step))
        y = self.op("Round" if self.attributes["rounding_mode"].upper() == b"ROUND" else "Floor", y)
        out = rest[1] if len(rest) == 3 else scale
        self.op("Mul", self.op("Sub", y, zero), out, last=True)

    def thresholds(self, x: str, table: np.ndarray[Any, Any]) -> None:
        total = self.constant(0.0)
        spread = (1, 1) if self.attributes["data_layout"] == b"NCHW" else ()
        for index in range(table.shape[1]):
            column = table[:, index].reshape(1, -1, *spread)
            below = self.op("Less", x, self.constant(column))
            total = self.op("Add", total, self.op("Cast", self.op("Not", below), to=1))
        scaled = self.op("Mul", total, self.constant(self.attributes.get("out_scale", 1.0)))
        bias = self.constant(self.attributes.get("out_bias", 0.0))
        self.op("Add", scaled, bias, last=True)
