"""The binarized ResNet-18 as Larq Compute Engine can have it, and the same network as our plan.

TensorFlow pads windows of stride 2 at the bottom and right only, so both sides get it that way.
What has 8 bits in ours is real in theirs: their files know binary and float layers.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import (
    Affine,
    AvgPool,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Quant,
    Sign,
    Window,
)
from harness.networks.plans.known import with_check
from harness.networks.plans.plan import write_plan
from harness.networks.zoo import birealnet
from harness.networks.zoo.binarized_resnet18 import SEED
from tests.bench_common import environments
from tests.bench_common.program import ROOT
from tests.bench_networks.files import Files, UnavailableError, folder
from tests.bench_networks.peers import LARQ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LIMIT_S = 600.0


class LarqFiles(Files):
    """Files of `binarized_resnet18` with TensorFlow's padding."""

    @property
    def is_trained(self) -> bool:
        """Seeded."""
        return False

    @property
    def shape(self) -> str:
        """Of one input."""
        return "3x224x224"

    @cached_property
    def images(self) -> Floats:
        """Inputs of about +-4, which is what its first step to 8 bits covers."""
        return super().images / np.float32(32)

    @cached_property
    def model(self) -> Model:
        """The layers."""
        return _padded(birealnet.build(seed=SEED))

    @cached_property
    def truth(self) -> Floats | None:
        """The outputs of the model whose edges are real numbers."""
        real = _real(self.model)
        rows = [evaluate(real, image.transpose(1, 2, 0)) for image in self.images]
        return np.stack([row[real.output].ravel() for row in rows])

    def _made(self, form: str) -> bytes:
        if form == "w1a1.plan":
            return write_plan(with_check(lower(self.model).network))
        if form == "lce.tflite":
            return self._tflite()
        raise UnavailableError(f"{self.network} has no form {form}")

    def _tflite(self) -> bytes:
        home = environments.made(LARQ)
        if home.python is None:
            raise UnavailableError(home.why)
        nodes, out = folder() / f"{self.network}.npz", folder() / f"{self.network}.tmp"
        np.savez(nodes, allow_pickle=False, **_described(_real(self.model)))
        argv = [str(home.python), "-m", "tests.bench_networks.larq_model", str(nodes), str(out)]
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False, timeout=LIMIT_S, cwd=ROOT
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
            raise UnavailableError(f"its converter ended with {done.returncode}: {last}")
        return out.read_bytes()


def _padded(model: Model) -> Model:
    """Return the model with TensorFlow's `same` in place of every padding."""
    nodes: list[Node] = []
    for node in model.nodes:
        moved = node
        if isinstance(node, Conv | MaxPool) and any(node.window.pads):
            pads = _same(model.shapes[node.inputs[0]], node.window)
            moved = replace(node, window=replace(node.window, pads=pads))
        nodes.append(moved)
    return replace(model, nodes=tuple(nodes))


def _same(shape: tuple[int, int, int], window: Window) -> tuple[int, int, int, int]:
    sides = []
    for size, kernel, stride in zip(shape, window.kernel, window.stride, strict=False):
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        sides.append((total // 2, total - total // 2))
    (top, bottom), (left, right) = sides
    return top, left, bottom, right


def _real(model: Model) -> Model:
    """Return the model without the steps to 8 bits, and real weights where there were bytes."""
    names: dict[str, str] = {}
    nodes = []
    for node in model.nodes:
        inputs = tuple(names.get(name, name) for name in node.inputs)
        if isinstance(node, Quant):
            names[node.output] = inputs[0]
        else:
            nodes.append(replace(node, inputs=inputs))
    return replace(model, nodes=tuple(nodes))


def _described(model: Model) -> dict[str, Any]:
    """Return what `larq_model` builds from."""
    arrays: dict[str, Any] = {}
    names: dict[str, str] = {}
    nodes = []
    for node in model.nodes:
        inputs = [names.get(name, name) for name in node.inputs]
        if isinstance(node, Sign):
            names[node.output] = inputs[0]  # its convolution takes signs by itself
            continue
        row = {"kind": type(node).__name__, "inputs": inputs, "output": node.output}
        made = _arrays(node)
        arrays |= {f"{node.name}/{part}": array for part, array in made.items()}
        nodes.append(row | {part: f"{node.name}/{part}" for part in made} | _options(node))
    wanted = {
        "input": model.input,
        "output": model.output,
        "shape": model.shapes[model.input],
        "nodes": nodes,
    }
    return arrays | {"nodes": np.array(json.dumps(wanted))}


def _arrays(node: Node) -> Mapping[str, Floats]:
    if isinstance(node, Affine):
        return {"scale": node.scale, "bias": node.bias}
    if not isinstance(node, Conv | Dense):
        return {}
    scale = node.weights.scale.reshape(-1, 1, 1, 1)
    kernel = (node.weights.values.astype(np.float32) * scale).transpose(1, 2, 3, 0)
    if isinstance(node, Dense):
        kernel = kernel.reshape(-1, len(node.bias))
    return {"kernel": kernel, "bias": node.bias}


def _options(node: Node) -> dict[str, Any]:
    if not isinstance(node, Conv | MaxPool | AvgPool):
        return {}
    window = node.window
    found: dict[str, Any] = {
        "stride": window.stride,
        "padding": "same" if any(window.pads) else "valid",
    }
    if isinstance(node, Conv):
        return found | {"binary": node.weights.bits == 1}
    return found | {"kernel": window.kernel}
