"""Larq Zoo's own file: the Model gives the outputs that Keras gave."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.importing.import_larq import load, sniff
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Add, Affine, AvgPool, Conv, Dense, MaxPool, Sign
from harness.networks.models.shapes import infer
from harness.networks.sources import seeds

DATA = Path(__file__).with_name("data")
SIDE = 50


def test_the_outputs_are_those_of_keras(weights_file: Path) -> None:
    model = load(weights_file, side=SIDE)
    count = SIDE * SIDE * 3
    image = seeds.normals(seeds.stream_seed(1, "birealnet"), count).reshape(SIDE, SIDE, 3)
    values = evaluate(model, image)
    wanted = np.load(DATA / "recorded_birealnet_output.npy")
    far = np.abs(values[model.output].ravel() - wanted).max() / np.abs(wanted).max()
    assert far < 1e-6
    # no sign hangs on a rounding, else the answer above would prove little
    signs = [node for node in model.nodes if isinstance(node, Sign)]
    assert min(np.abs(values[node.inputs[0]]).min() for node in signs) > 1e-5


def test_the_network_is_the_one_that_its_authors_describe(weights_file: Path) -> None:
    model = load(weights_file)
    assert infer(model.nodes, model.input, model.shapes[model.input]) == dict(model.shapes)
    assert model.shapes[model.input] == (224, 224, 3)
    assert model.shapes["stem.pool"] == (56, 56, 2)
    assert model.shapes["block16.add"] == (7, 7, 16)
    kinds = [type(node) for node in model.nodes]
    count = {kind: kinds.count(kind) for kind in (Sign, Conv, Affine, Add, AvgPool, MaxPool, Dense)}
    assert count == {Sign: 16, Conv: 20, Affine: 20, Add: 16, AvgPool: 4, MaxPool: 1, Dense: 1}
    binary = [n for n in model.nodes if isinstance(n, Conv) and n.weights.bits == 1]
    assert len(binary) == 16
    assert all(np.isin(n.weights.values, (-1, 1)).all() for n in binary)
    assert binary[4].window.pads == (0, 0, 1, 1)  # 56 rows by twos: the odd pixel stands behind


def test_the_notes_say_what_is_known(weights_file: Path) -> None:
    notes = load(weights_file).notes
    assert notes["sha256"] == hashlib.sha256(weights_file.read_bytes()).hexdigest()
    assert "bicubic" in notes["preprocessing"]
    assert "logits" in notes["softmax"]
    assert "trained" not in notes["source"]  # only the pinned file is called that


def test_a_file_is_known_by_its_head(weights_file: Path) -> None:
    assert sniff(weights_file.read_bytes()[:16])
    assert not sniff(b"\x1c\0\0\0TFL3")


@pytest.mark.parametrize("side", [0, 7, 1025])
def test_images_of_no_sensible_size(weights_file: Path, side: int) -> None:
    with pytest.raises(NetworkError, match="none for this network"):
        load(weights_file, side=side)
