from __future__ import annotations

import hashlib

import numpy as np
import onnx
import pytest

from harness.networks.preparing import onnx_forms
from harness.networks.preparing.export_onnx import export_onnx
from harness.networks.sources import photos, weights
from harness.networks.zoo import squeezenet_model


def probabilities(logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[float]:
    powers = np.exp(logits - logits.max())
    return [float(p) for p in powers / powers.sum()]


def fp32(trained: weights.Weights, batch: int = 1) -> bytes:
    return export_onnx(squeezenet_model.squeezenet1_1(trained.arrays), batch=batch)


@pytest.mark.weights
def test_the_model_is_plain_and_the_same_every_time(trained: weights.Weights) -> None:
    model = fp32(trained, 2)
    assert model == fp32(trained, 2)
    loaded = onnx.load_from_string(model)
    assert loaded.ir_version == 8
    assert [(o.domain, o.version) for o in loaded.opset_import] == [("", 13)]
    assert sum(node.op_type == "Conv" for node in loaded.graph.node) == 26


@pytest.mark.weights
def test_another_batch_gives_the_same_model_twice(trained: weights.Weights) -> None:
    model = fp32(trained)
    assert onnx_forms.with_batch(model, 3) == fp32(trained, 3)
    images = photos.crops(3, 5)
    one, three = (
        onnx_forms.run(model, images, 1),
        onnx_forms.run(onnx_forms.with_batch(model, 3), images, 3),
    )
    assert np.allclose(one, three, atol=1e-3)


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "label", "probability"),
    [
        ("coffee", 967, 0.965),
        ("chelsea", 285, 0.393),
        ("camera", 872, 0.313),
        ("coins", 574, 0.857),
    ],
)
def test_photos_get_their_known_class(
    trained: weights.Weights, name: str, label: int, probability: float
) -> None:
    model = fp32(trained)
    seen = probabilities(onnx_forms.run(model, photos.preprocess(photos.photo(name)), 1)[0])
    assert int(np.argmax(seen)) == label
    assert seen[label] == pytest.approx(probability, abs=0.005)


@pytest.mark.weights
def test_eight_bits_are_deterministic_and_agree(trained: weights.Weights) -> None:
    exact = fp32(trained)
    model = onnx_forms.quantise(exact, photos.crops(8, 7))
    again = onnx_forms.quantise(exact, photos.crops(8, 7))
    assert hashlib.sha256(model).digest() == hashlib.sha256(again).digest()
    assert len(model) < len(exact) / 3
    crops = photos.crops(24, 11)
    one, other = onnx_forms.run(exact, crops, 1), onnx_forms.run(model, crops, 1)
    assert float((one.argmax(axis=1) == other.argmax(axis=1)).mean()) >= 0.8
