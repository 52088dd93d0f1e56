"""Larq Zoo's network as a plan: the plan's arithmetic answers what Keras did."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.networks.importing.import_larq import load
from harness.networks.lowering.lower import lower
from harness.networks.plans.reference import run_reference
from harness.networks.sources import seeds

DATA = Path(__file__).with_name("data")


def test_the_plan_answers_what_keras_answered(weights_file: Path) -> None:
    network = lower(load(weights_file, side=50)).network
    data = seeds.normals(seeds.stream_seed(1, "birealnet"), 50 * 50 * 3)
    seen = np.frombuffer(run_reference(network, data.astype("<f4").tobytes()), "<f4")
    wanted = np.load(DATA / "recorded_birealnet_output.npy")
    assert np.abs(seen - wanted).max() / np.abs(wanted).max() < 1e-6
    binary = sum(layer.scheme == "w1a1" for layer in network.layers)
    assert binary >= 13  # where a stride leaves uneven pads of zeros, a byte stands for a sign
