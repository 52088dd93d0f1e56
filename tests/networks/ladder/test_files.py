"""Committed nets: all of them load, a damaged one is refused, and a written one is read again."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.ladder import evaluate, files, layout
from tests.networks.ladder import examples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("w1a1_1.npz", files.INDEX):
        shutil.copy(files.WEIGHTS / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", files.entries())
def test_a_committed_net_is_what_its_row_says(name: str) -> None:
    known = files.entries()[name]
    net = files.load(known.scheme, known.width)
    assert name == f"{net.scheme}_{known.width}"
    assert net.width == layout.WIDTHS[known.width]
    assert (files.WEIGHTS / f"{name}.npz").stat().st_size == known.bytes
    assert [block.weights.shape[0] // net.width for block in net.blocks] == [1, 1, 2, 2, 4, 4]


def test_every_file_of_weights_has_a_row() -> None:
    assert {path.stem for path in files.WEIGHTS.glob("*.npz")} == set(files.entries())


def test_the_ladder_of_accuracies_is_what_is_promised() -> None:
    known = files.entries()
    assert known["w1a1_1"].accuracy >= 0.88
    assert known["fp32_1"].accuracy >= 0.91


@pytest.mark.parametrize("name", layout.SCHEMES)
def test_a_written_net_is_read_again(name: str) -> None:
    net, images = examples.net(name), examples.images(5)
    again = files.decode(files.encode(net))
    assert (evaluate.evaluate(again, images) == evaluate.evaluate(net, images)).all()
    assert [block.input for block in again.blocks] == [block.input for block in net.blocks]
    assert again.dense.input == net.dense.input
    assert again.stem.input == net.stem.input


@given(st.integers(0, 10**9), st.integers(0, 7))
def test_one_wrong_bit_is_refused(place: int, bit: int) -> None:
    path = files.WEIGHTS / "w1a1_1.npz"
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    with tempfile.TemporaryDirectory() as folder:
        damaged = Path(folder) / path.name
        damaged.write_bytes(data)
        with pytest.raises(NetworkError, match="damaged"):
            files.whole(damaged, files.entries()["w1a1_1"].sha256)


def test_damage_absence_and_an_unknown_name_say_so(folder: Path) -> None:
    path = folder / "w1a1_1.npz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NetworkError, match=r"w1a1_1\.npz is damaged"):
        files.load("w1a1", "1", folder)
    path.unlink()
    with pytest.raises(NetworkError, match="cannot be read: No such file"):
        files.load("w1a1", "1", folder)
    with pytest.raises(NetworkError, match="no trained net w5a5_1; there are"):
        files.load("w5a5", "1", folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"nets": [{"name": "x"}]}', '{"nets": 3}'])
def test_a_broken_index_is_an_error(folder: Path, text: str) -> None:
    (folder / files.INDEX).write_text(text)
    with pytest.raises(NetworkError, match=r"INDEX\.json cannot be read"):
        files.entries(folder)


def test_the_index_is_written_in_order_and_read_again(tmp_path: Path) -> None:
    known = files.entries()
    files.write_index(dict(reversed(known.items())), tmp_path)
    assert files.entries(tmp_path) == known
    assert (tmp_path / files.INDEX).read_text() == (files.WEIGHTS / files.INDEX).read_text()


@given(st.binary(max_size=100), st.sampled_from([b"", b"PK\x03\x04"]))
def test_any_bytes_are_an_error_and_nothing_else(data: bytes, start: bytes) -> None:
    with pytest.raises(NetworkError, match=r"no \.npz file"):
        files.decode(start + data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("head", ["w9a9", 4]),
        ("head", ["w2a2", 5]),
        ("head", ["w3a3", 4]),
        ("head", ["w2a2", "4"]),
        ("head", 7),
        ("steps", np.zeros(6, np.float32)),
        ("block3_scale", np.full(8, np.nan, np.float32)),
        ("block3_bias", np.zeros(8)),
        ("norm_scale", np.zeros(3, np.float32)),
        ("stem_weights", np.zeros((2, 5), np.uint8)),
        ("dense_weights", None),
    ],
)
def test_an_npz_that_is_no_net_is_an_error(name: str, value: object, tmp_path: Path) -> None:
    (tmp_path / "net.npz").write_bytes(files.encode(examples.net("w2a2")))
    with np.load(tmp_path / "net.npz") as file:
        arrays = dict(file)
    if value is None:
        del arrays[name]
    else:
        text = np.frombuffer(json.dumps(value).encode(), np.uint8) if name == "head" else value
        arrays[name] = np.asarray(text)
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(NetworkError):
        files.decode((tmp_path / "other.npz").read_bytes())
