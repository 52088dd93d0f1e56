from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks import photos, registry, squeezenet, squeezenet1_1, weights

if TYPE_CHECKING:
    from pathlib import Path


def test_without_photos_the_check_is_seeded(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "available", lambda: False)
    made = squeezenet1_1.make("fp32", 1, input_seed=1)
    assert (made.check_kind, made.labels, made.weights) == ("controller-seeded", (), "seeded")
    other = squeezenet1_1.make("fp32", 1, input_seed=2)
    assert made.input != other.input


@pytest.mark.weights
@pytest.mark.parametrize("scheme", ["fp32", "w8a8"])
def test_the_photo_gets_its_label(trained: weights.Weights, scheme: str) -> None:
    made = registry.prepare("squeezenet1_1", scheme, 1)
    assert made.label == "espresso (967)"
    assert (made.weights, made.check_kind) == ("trained", "controller-photo")
    assert made.onnx is not None
    images = np.frombuffer(made.input, "<f4").reshape(made.input_shape)
    output = squeezenet.run(made.onnx, images, 1)
    expected = np.frombuffer(made.expected, "<f4").reshape(1, 1000)
    limit = made.tolerance_ppm * 1e-6 * float(np.abs(expected).max())
    assert float(np.abs(output - expected).max()) <= limit
    if scheme == "w8a8":
        assert made.accuracy_value is not None
        assert made.accuracy_value >= 0.85
        assert (made.accuracy_metric, made.accuracy_n) == ("top1_agreement", 96)


@pytest.mark.weights
def test_a_batch_holds_different_photos(trained: weights.Weights) -> None:
    made = registry.prepare("squeezenet1_1", "fp32", 4)
    assert made.labels == (967, 285, 574, 872)
    assert made.macs_by_precision == {"fp32": 4 * 349_151_936}
