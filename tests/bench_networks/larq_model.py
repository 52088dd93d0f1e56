"""Runs in Larq Compute Engine's own environment: `larq_model NODES OUT`, a .tflite file.

NODES is an .npz: `nodes`, a JSON list of what to build, and the arrays that it names. Imports
nothing of ours.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import larq
import larq_compute_engine
import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Node = Mapping[str, Any]
    Arrays = Mapping[str, Any]

LAYERS = tf.keras.layers
_EPSILON = 1e-3


def _conv(node: Node, arrays: Arrays, given: Any) -> Any:
    kernel, bias = arrays[node["kernel"]], arrays[node["bias"]]
    plain = {"strides": node["stride"], "padding": node["padding"]}
    if node["binary"]:
        layer = larq.layers.QuantConv2D(
            kernel.shape[-1],
            kernel.shape[:2],
            input_quantizer="ste_sign",
            kernel_quantizer="ste_sign",
            kernel_constraint="weight_clip",
            pad_values=1.0,
            use_bias=False,
            **plain,
        )
    else:
        layer = LAYERS.Conv2D(kernel.shape[-1], kernel.shape[:2], **plain)
    made = layer(given)
    layer.set_weights([kernel] if node["binary"] else [kernel, bias])
    return made


def _affine(node: Node, arrays: Arrays, given: Any) -> Any:
    scale, bias = arrays[node["scale"]], arrays[node["bias"]]
    layer = LAYERS.BatchNormalization(epsilon=_EPSILON)
    made = layer(given)
    layer.set_weights([scale, bias, scale * 0, scale * 0 + (1 - _EPSILON)])
    return made


def _dense(node: Node, arrays: Arrays, given: Any) -> Any:
    kernel, bias = arrays[node["kernel"]], arrays[node["bias"]]
    layer = LAYERS.Dense(kernel.shape[-1])
    made = layer(LAYERS.Flatten()(given))
    layer.set_weights([kernel, bias])
    return made


def _pool(kind: Any) -> Callable[[Node, Arrays, Any], Any]:
    return lambda node, _, given: kind(node["kernel"], node["stride"], node["padding"])(given)


BUILD: Mapping[str, Callable[..., Any]] = {
    "Conv": _conv,
    "Affine": _affine,
    "Dense": _dense,
    "MaxPool": _pool(LAYERS.MaxPool2D),
    "AvgPool": _pool(LAYERS.AvgPool2D),
    "Add": lambda _node, _arrays, one, other: LAYERS.add([one, other]),
}


def main() -> None:
    """Build, convert, write."""
    with np.load(sys.argv[1]) as file:
        arrays = {name: file[name] for name in file.files}
    wanted = json.loads(str(arrays.pop("nodes")))
    values = {wanted["input"]: LAYERS.Input(wanted["shape"], batch_size=1)}
    for node in wanted["nodes"]:
        given = [values[name] for name in node["inputs"]]
        values[node["output"]] = BUILD[node["kind"]](node, arrays, *given)
    model = tf.keras.Model(values[wanted["input"]], values[wanted["output"]])
    Path(sys.argv[2]).write_bytes(larq_compute_engine.convert_keras_model(model))


if __name__ == "__main__":
    main()
