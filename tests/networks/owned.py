"""A user's folder with a small network, and what he may say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx

from harness.networks.preparing import onnx_forms
from harness.networks.preparing.export_onnx import export_onnx
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from harness.networks.models.model import Model

SIDE = 12
GOLDEN = """\
inputs: {{shape: [1, 3, 12, 12], layout: NCHW}}
golden: {{input: ./x.npy, output: ./y.npy}}
metric: {metric}
tolerance: {tolerance}
"""
IMAGES = """\
inputs: {shape: [1, 3, 12, 12], layout: NCHW}
preprocessing: {size: [12, 12], channels: RGB, mean: [127.5], scale: [0.0157]}
labels: ./images
metric: top1
"""


def float_model(seed: int = 1) -> Model:
    net = Net((SIDE, SIDE, 3), seed=seed, dyadic=False)
    x = net.maxpool(net.relu(net.conv("input", 8, bits=32)), 2, 2)
    x = net.avgpool(net.relu(net.conv(x, 16, bits=32)), 6, 1)
    return net.model(net.dense(x, 5, bits=32))


def write(folder: Path, name: str = "mine.onnx", *, seed: int = 1) -> Path:
    """Put the network into a folder; another seed makes another one."""
    path = folder / name
    path.write_bytes(export_onnx(float_model(seed)))
    return path


def write_quantised(folder: Path, name: str = "quantised.onnx") -> Path:
    """Put the same in QDQ form there, as onnxruntime's own tool makes it."""
    images = np.random.default_rng(7).normal(size=(8, 3, SIDE, SIDE)).astype(np.float32)
    path = folder / name
    path.write_bytes(onnx_forms.quantise(export_onnx(float_model()), images))
    return path


def write_unknown(folder: Path, name: str = "unknown.onnx") -> Path:
    """Put a network with an operator there that cannot be imported."""
    loaded = onnx.load_from_string(export_onnx(float_model()))
    last = loaded.graph.output[0].name
    loaded.graph.node.append(onnx.helper.make_node("Sigmoid", [last], ["end"], name="the end"))
    loaded.graph.output[0].name = "end"
    path = folder / name
    path.write_bytes(loaded.SerializeToString())
    return path


def golden_input() -> NDArray[np.float32]:
    return np.random.default_rng(5).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)


def write_golden(
    path: Path, *, metric: str = "max_abs", tolerance: float = 0.01, off: float = 0.0
) -> None:
    """Put a sidecar beside a network, whose golden output is `off` by that much."""
    image = golden_input()
    np.save(path.with_name("x.npy"), image)
    np.save(path.with_name("y.npy"), onnx_forms.run(path.read_bytes(), image, 1) + np.float32(off))
    text = GOLDEN.format(metric=metric, tolerance=tolerance)
    path.with_suffix(".yaml").write_text(text, encoding="utf-8")
