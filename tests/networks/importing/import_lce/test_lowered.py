"""Imported networks as plans: the plan's arithmetic answers what the Model does."""

from __future__ import annotations

import numpy as np
import pytest

from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.plans.graph import Op
from harness.networks.plans.reference import run_reference
from tests.networks.importing.import_lce.test_load import CASES, expected, image, model


@pytest.mark.parametrize("name", CASES)
def test_the_plan_answers_what_lce_answered(name: str) -> None:
    made = model(name)
    network = lower(made).network
    data = image(name, made.shapes[made.input])
    seen = np.frombuffer(run_reference(network, data.astype("<f4").tobytes()), "<f4")
    wanted = expected(name).ravel()
    assert np.abs(seen - wanted).max() / np.abs(wanted).max() < 1e-6
    values = evaluate(made, data)[made.output].ravel()
    np.testing.assert_allclose(seen, values, rtol=1e-6, atol=1e-6 * np.abs(values).max())


@pytest.mark.parametrize("name", ["ones_around", "packed", "no_pads"])
def test_binary_convolutions_stay_binary(name: str) -> None:
    layers = [layer for layer in lower(model(name)).network.layers if layer.op is Op.CONV]
    assert {layer.scheme for layer in layers} == {"w1a1"}
