"""The training command: what it keeps, and how it refuses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.errors import EXIT_USAGE
from harness.networks.ladder import data, files, sample, train
from harness.networks.ladder.evaluate import evaluate, top1
from harness.networks.ladder.training import History
from tests.networks.ladder import examples

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HISTORY = History(epochs=3, seed=7, torch="2.13.0", cpu_s=12.4)


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The sample in place of the data set, so that no data set is needed."""
    found = sample.load()
    monkeypatch.setattr(data, "images_and_labels", lambda _part, _folder: found)
    monkeypatch.setattr(sample, "places", lambda: np.arange(0, 256, 2))
    return found


def test_a_kept_net_is_loaded_again_and_its_row_tells_the_truth(
    few_images: tuple[NDArray[np.uint8], NDArray[np.uint8]], tmp_path: Path
) -> None:
    entry = train.keep(examples.net("w3a3"), HISTORY, "0.5", tmp_path, tmp_path)
    assert files.entries(tmp_path) == {"w3a3_0.5": entry}
    assert (entry.epochs, entry.seed, entry.train_cpu_s) == (3, 7, 12)
    net = files.load("w3a3", "0.5", tmp_path)
    logits = evaluate(net, few_images[0])
    assert entry.accuracy == top1(logits, few_images[1])
    assert entry.sample_classes == "".join(map(str, logits[::2].argmax(1)))


@pytest.mark.usefixtures("few_images")
def test_the_int8_net_is_made_of_the_fp32_net_beside_it(tmp_path: Path) -> None:
    train.keep(examples.net("fp32"), HISTORY, "0.5", tmp_path, tmp_path)
    entry = train.make("w8a8", "0.5", tmp_path, tmp_path, epochs=9, seed=9)
    assert (entry.scheme, entry.epochs, entry.seed) == ("w8a8", 3, 7)
    assert set(files.entries(tmp_path)) == {"fp32_0.5", "w8a8_0.5"}


def test_without_the_data_set_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--scheme", "w2a2", "--data", str(tmp_path), "--out", str(tmp_path)]
    assert train.main(words) == EXIT_USAGE
    assert "install Debian's dataset-fashion-mnist" in capsys.readouterr().err


@pytest.mark.usefixtures("few_images")
def test_without_torch_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert train.main(["--scheme", "w1a1", "--out", str(tmp_path)]) == EXIT_USAGE
    assert "pip install 'lowbit-edge-harness[train]'" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named_before_any_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    assert train.main(["--scheme", "w1a1", "--out", str(tmp_path / "taken")]) == EXIT_USAGE
    assert "taken cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--scheme", "w5a5"], "w5a5"), (["--scheme", "w1a1", "--epochs", "0"], "'0' is no number")],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        train.main([*words, "--out", "x"])
    assert stopped.value.code == EXIT_USAGE
    assert named in capsys.readouterr().err
