from __future__ import annotations

import hashlib

import numpy as np
import onnx
import pytest

from harness.networks import photos, squeezenet, weights


def probabilities(logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[float]:
    powers = np.exp(logits - logits.max())
    return [float(p) for p in powers / powers.sum()]


def test_products_are_those_of_squeezenet_1_1() -> None:
    assert squeezenet.macs() == 349_151_936


@pytest.mark.weights
def test_the_model_is_plain_and_the_same_every_time(trained: weights.Weights) -> None:
    model = squeezenet.build_onnx(trained.arrays, 2)
    assert model == squeezenet.build_onnx(trained.arrays, 2)
    loaded = onnx.load_from_string(model)
    assert loaded.ir_version == 8
    assert [(o.domain, o.version) for o in loaded.opset_import] == [("", 13)]
    assert sum(node.op_type == "Conv" for node in loaded.graph.node) == 26


@pytest.mark.weights
def test_another_batch_gives_the_same_model_twice(trained: weights.Weights) -> None:
    model = squeezenet.build_onnx(trained.arrays, 1)
    assert squeezenet.with_batch(model, 3) == squeezenet.build_onnx(trained.arrays, 3)
    images = photos.crops(3, 5)
    one, three = (
        squeezenet.run(model, images, 1),
        squeezenet.run(squeezenet.with_batch(model, 3), images, 3),
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
    model = squeezenet.build_onnx(trained.arrays, 1)
    seen = probabilities(squeezenet.run(model, photos.preprocess(photos.photo(name)), 1)[0])
    assert int(np.argmax(seen)) == label
    assert seen[label] == pytest.approx(probability, abs=0.005)


@pytest.mark.weights
def test_eight_bits_are_deterministic_and_agree(trained: weights.Weights) -> None:
    fp32 = squeezenet.build_onnx(trained.arrays, 1)
    model = squeezenet.quantise(fp32, photos.crops(8, 7))
    again = squeezenet.quantise(fp32, photos.crops(8, 7))
    assert hashlib.sha256(model).digest() == hashlib.sha256(again).digest()
    assert len(model) < len(fp32) / 3
    crops = photos.crops(24, 11)
    one, other = squeezenet.run(fp32, crops, 1), squeezenet.run(model, crops, 1)
    assert float((one.argmax(axis=1) == other.argmax(axis=1)).mean()) >= 0.8
