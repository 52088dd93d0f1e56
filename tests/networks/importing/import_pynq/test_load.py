"""Synthetic CNV folders, written by the published layout: the Model counts as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.errors import NetworkError
from harness.networks.importing.import_pynq import load, sniff
from harness.networks.importing.import_pynq.folder import STAGES
from harness.networks.lowering.lower import lower
from harness.networks.models.evaluate import evaluate
from harness.networks.models.shapes import infer
from harness.networks.plans.reference import run_reference

Ints = NDArray[np.int64]
NAMES = ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def parameters() -> list[tuple[Ints, Ints]]:
    """Bits [outputs, inputs] (1 = +1), and thresholds about where half of the neurons fire."""
    rng = np.random.default_rng(7)
    made = []
    for layer, stage in enumerate(STAGES):
        bits = rng.integers(0, 2, (stage.outputs, stage.inputs))
        spread = 400 if layer == 0 else max(2, stage.inputs // 40)
        middle = 0 if layer == 0 else stage.inputs // 2
        made.append((bits, middle + rng.integers(-spread, spread + 1, stage.outputs)))
    return made


def write(folder: Path) -> None:
    """Word by word, as the description of the files goes."""
    folder.mkdir(parents=True)
    (folder.parent / "classes.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    for layer, (stage, (bits, levels)) in enumerate(zip(STAGES, parameters(), strict=True)):
        for p in range(stage.elements):
            words = []
            for row in range(p, stage.outputs, stage.elements):
                for first in range(0, stage.inputs, stage.width):
                    part = bits[row, first : first + stage.width].tolist()
                    words.append(sum(bit << place for place, bit in enumerate(part)))
            name = f"{layer}-{p}"
            (folder / f"{name}-weights.bin").write_bytes(np.array(words, "<u8").tobytes())
            if layer < len(STAGES) - 1:
                data = levels[p :: stage.elements].astype("<i8").tobytes()
                (folder / f"{name}-thres.bin").write_bytes(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pynq") / "cifar10" / "cnvW1A1"
    write(made)
    return made


def windows(x: Ints) -> Ints:
    """[positions, 9 c] of a map [h, w, c], taps row by row, channels innermost."""
    h, w, _ = x.shape
    rows = [x[y : y + 3, c : c + 3].ravel() for y in range(h - 2) for c in range(w - 2)]
    return np.stack(rows)


def scores(q: Ints) -> Ints:
    """The network by its description: matching bits, strictly above the threshold, OR in pools."""
    x = q
    for layer, (bits, levels) in enumerate(parameters()):
        taken = windows(x) if layer < 6 else x.reshape(1, -1)
        if layer == 0:
            fires = 2 * (taken @ (2 * bits - 1).T) > levels
        else:
            matches = taken @ bits.T + (1 - taken) @ (1 - bits).T
            if layer == 8:
                return np.asarray(matches[0, : len(NAMES)])
            fires = matches > levels
        side = x.shape[0] - 2 if layer < 6 else 1
        x = fires.astype(np.int64).reshape(side, side, -1)
        if layer in {1, 3}:
            x = x.reshape(side // 2, 2, side // 2, 2, -1).max(axis=(1, 3))
    raise AssertionError


@pytest.fixture(scope="module")
def image() -> Ints:
    return np.random.default_rng(8).integers(-128, 128, (32, 32, 3))


def test_the_scores_are_those_of_the_description(folder: Path, image: Ints) -> None:
    model = load(folder)
    assert infer(model.nodes, model.input, model.shapes[model.input]) == dict(model.shapes)
    values = evaluate(model, image.astype(np.float32))
    wanted = scores(image)
    assert len(set(wanted.tolist())) > 5
    assert values[model.output].ravel().tolist() == wanted.tolist()
    for name, value in values.items():
        if name.startswith("sign"):
            assert 0.05 < (value > 0).mean() < 0.95, name  # neurons that say something


def test_the_plan_gives_the_same_scores(folder: Path, image: Ints) -> None:
    network = lower(load(folder)).network
    seen = np.frombuffer(run_reference(network, image.astype("<f4").tobytes()), "<f4")
    assert seen.tolist() == scores(image).tolist()


def test_names_and_notes(folder: Path) -> None:
    model = load(folder)
    assert model.labels == NAMES
    assert model.shapes[model.output] == (1, 1, 10)
    assert "floor" in model.notes["preprocessing"]
    assert sniff(folder)
    assert not sniff(folder.parent)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("3-5-weights.bin", b"", "does not have the 2304 bytes"),
        ("2-0-thres.bin", bytes(72), "does not have the 64 bytes"),
        ("0-0-weights.bin", b"\xff" * 288, "bits above its 3 weights"),
    ],
)
def test_files_of_another_form(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    write(tmp_path / "a" / "cnvW1A1")
    (tmp_path / "a" / "cnvW1A1" / name).write_bytes(data)
    with pytest.raises(NetworkError, match=rf"{name}: .*{words}"):
        load(tmp_path / "a" / "cnvW1A1")


def test_a_folder_that_lacks_files(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"classes\.txt: cannot be read: No such file"):
        load(tmp_path)
    (tmp_path / "classes.txt").write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(NetworkError, match=r"0-0-weights\.bin: cannot be read"):
        load(tmp_path)
    (tmp_path / "classes.txt").write_text("a\n" * 65, encoding="utf-8")
    with pytest.raises(NetworkError, match="65 names"):
        load(tmp_path)
