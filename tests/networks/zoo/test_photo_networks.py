from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.plans.plan import read_plan
from harness.networks.plans.reference import run_reference
from harness.networks.preparing import onnx_forms
from harness.networks.sources import photos, weights
from harness.networks.zoo import registry
from harness.networks.zoo.photo_networks import SQUEEZENET1_1

if TYPE_CHECKING:
    from pathlib import Path


def test_without_photos_the_check_is_seeded(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "available", lambda: False)
    made = SQUEEZENET1_1.make("fp32", "onnx", 1, input_seed=1)
    assert (made.check_kind, made.labels, made.weights) == ("controller-seeded", (), "seeded")
    other = SQUEEZENET1_1.make("fp32", "onnx", 1, input_seed=2)
    assert made.input != other.input


@pytest.mark.weights
@pytest.mark.parametrize("scheme", ["fp32", "w8a8"])
def test_the_photo_gets_its_label(trained: weights.Weights, scheme: str) -> None:
    made = registry.prepare("squeezenet1_1", scheme, 1, form="onnx")
    assert made.label == "espresso (967)"
    assert (made.weights, made.check_kind) == ("trained", "controller-photo")
    assert made.onnx is not None
    images = np.frombuffer(made.input, "<f4").reshape(made.input_shape)
    output = onnx_forms.run(made.onnx, images, 1)
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


@pytest.mark.weights
@pytest.mark.parametrize(("scheme", "least"), [("fp32", None), ("w8a8", 0.85), ("w4a8", 0.4)])
def test_the_plan_gives_what_it_promises(
    trained: weights.Weights, scheme: str, least: float | None
) -> None:
    made = registry.prepare("squeezenet1_1", scheme, 1, form="plan")
    assert made.plan is not None
    output = np.frombuffer(run_reference(read_plan(made.plan), made.input), "<f4")
    expected = np.frombuffer(made.expected, "<f4")
    limit = made.tolerance_ppm * 1e-6 * float(np.abs(expected).max())
    assert float(np.abs(output - expected).max()) <= limit
    assert sum(made.macs_by_precision.values()) == 349_151_936
    if least is None:
        assert (made.tolerance_ppm, made.accuracy_value) == (100, None)
        return
    assert (made.tolerance_ppm, made.check_kind) == (0, "controller-exact")
    assert made.accuracy_value is not None
    assert made.accuracy_value >= least
    assert made.accuracy_sqnr_db is not None


def test_a_plan_has_one_image() -> None:
    assert "one image" in SQUEEZENET1_1.batch_fault("plan", 2)
    assert SQUEEZENET1_1.batch_fault("onnx", 2) == ""


def test_seeded_networks_say_nothing_about_accuracy(empty_cache: Path) -> None:
    made = registry.prepare("squeezenet1_0", "w8a8", 1, form="onnx")
    assert (made.weights, made.labels, made.accuracy_value) == ("seeded", (), None)
