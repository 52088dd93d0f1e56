"""SqueezeNet and ResNet-18 as models: sizes that are known, numbers that stay in range."""

from __future__ import annotations

import numpy as np
import pytest

from harness.networks.models.draft import moved
from harness.networks.models.model import Conv, Dense, Model
from harness.networks.preparing.export_onnx import export_onnx
from harness.networks.sources import weights
from harness.networks.zoo import resnet18, squeezenet_model


def parameters(model: Model) -> int:
    held = [node for node in model.nodes if isinstance(node, Conv | Dense)]
    return sum(node.weights.values.size + node.bias.size for node in held)


def macs(model: Model) -> int:
    total = 0
    for node in model.nodes:
        if isinstance(node, Conv | Dense):
            h, w, _ = model.shapes[node.output]
            total += h * w * node.weights.values.size
    return total


# the counts of the papers, or of the shared fact sheet where they give none
def test_squeezenet_1_0_has_its_size() -> None:
    model = squeezenet_model.squeezenet1_0()
    assert parameters(model) == 1_248_424
    assert round(macs(model) / 1e5) == 8327
    pools = [v for v in model.shapes if v.endswith("/pool")]
    assert [model.shapes[v][0] for v in pools] == [55, 27, 13]


def test_squeezenet_1_1_has_its_size() -> None:
    model = squeezenet_model.squeezenet1_1(weights.seeded())
    assert parameters(model) == 1_235_496
    assert round(macs(model) / 1e5) == 3492
    larger = squeezenet_model.squeezenet1_1(weights.seeded(), side=227)
    assert round(macs(larger) / 1e5) == 3525


def test_resnet_18_has_its_size() -> None:
    model = resnet18.resnet18()
    affine = 2 * 4800  # scale and bias of 4,800 normalised channels
    convolutions = sum(n.weights.values.size for n in model.nodes if isinstance(n, Conv | Dense))
    assert convolutions + 1000 + affine == 11_689_512
    assert macs(model) == 1_814_073_344
    assert model.shapes["layer4.1.relu2"] == (7, 7, 512)


@pytest.mark.parametrize(
    "model",
    [
        squeezenet_model.squeezenet1_0(side=67),
        resnet18.resnet18(side=64, classes=10),
    ],
    ids=lambda model: model.name,
)
def test_seeded_activations_stay_in_range(model: Model) -> None:
    import onnx
    import onnxruntime

    seen = onnx.load_from_string(export_onnx(model))
    for node in list(seen.graph.node)[:-1]:
        seen.graph.output.append(onnx.helper.make_tensor_value_info(node.output[0], 1, None))
    session = onnxruntime.InferenceSession(
        seen.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    h, w, c = model.shapes[model.input]
    given = np.random.default_rng(3).standard_normal((1, c, h, w)).astype(np.float32)
    for value in session.run(None, {model.input: given}):
        assert 0.05 < float(value.std()) < 20
        assert float(np.abs(value).max()) < 200


def test_seeds_differ_by_layer_and_network() -> None:
    one = squeezenet_model.seeded_1_0()
    other = weights.seeded()
    assert not np.array_equal(
        one["fire4/expand1x1"][0].ravel()[:64], one["fire5/expand1x1"][0].ravel()[:64]
    )
    assert not np.array_equal(
        one["fire9/expand1x1"][0].ravel()[:64], other["fire9/expand1x1"][0].ravel()[:64]
    )


def test_windows_of_every_node_fit() -> None:
    model = resnet18.resnet18(side=32)
    for node in model.nodes:
        if isinstance(node, Conv):
            assert (
                moved(model.shapes[node.inputs[0]][:2], node.window)
                == (model.shapes[node.output][:2])
            )
