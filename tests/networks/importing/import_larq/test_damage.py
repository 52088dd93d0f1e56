"""Files that are damaged, of another kind, or pointing elsewhere end in NetworkError."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import h5py
import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.importing.import_larq import file as reading
from harness.networks.importing.import_larq import load

# places and bytes of the recorded file that made the C library die (h5py 3.16)
DEADLY = {
    695: b"\x4b",
    857: b"\x2d",
    15343: b"\xff\xff\xff\x7f",
}


def changed(weights_file: Path, tmp_path: Path, changes: dict[int, bytes]) -> Path:
    data = bytearray(weights_file.read_bytes())
    for place, new in changes.items():
        data[place : place + len(new)] = new
    path = tmp_path / "x.h5"
    path.write_bytes(data)
    return path


def test_what_kills_the_library_kills_nobody_else(weights_file: Path, tmp_path: Path) -> None:
    """Which damage does so depends on the version of the library; with h5py 3.16 this one did."""
    with pytest.raises(NetworkError, match=r"x\.h5: .*\n  download it anew"):
        load(changed(weights_file, tmp_path, DEADLY))


def test_a_reader_that_never_ends_is_stopped(
    weights_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_TIMEOUT_S", 0.001)
    with pytest.raises(NetworkError, match=r"did not end within 0\.001 s: it is damaged"):
        load(weights_file)


@pytest.mark.parametrize("size", [8, 100, 2000, 60_000, 150_000])
def test_cut_files(weights_file: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.h5"
    path.write_bytes(weights_file.read_bytes()[:size])
    with pytest.raises(NetworkError, match="holds no weights that Keras has saved"):
        load(path)


def test_numbers_that_are_none_are_refused(weights_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "nan.h5"
    path.write_bytes(weights_file.read_bytes())
    with h5py.File(path, "r+") as file:
        file["dense/dense/bias:0"][3] = np.nan
    with pytest.raises(NetworkError, match="'dense/bias:0' holds what is no number"):
        load(path)


@pytest.mark.parametrize("name", ["text.h5", "model.tflite"])
def test_files_of_another_kind(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"TFL3 and then some")
    with pytest.raises(NetworkError, match="is no HDF5 file"):
        load(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be read: No such file"):
        load(tmp_path / "none.h5")


def small(path: Path, **attributes: object) -> h5py.File:
    file = h5py.File(path, "w")
    for name, value in attributes.items():
        file.attrs[name] = value
    return file


def test_hdf5_that_keras_has_not_written(tmp_path: Path) -> None:
    small(tmp_path / "x.h5").close()
    with pytest.raises(NetworkError, match="'model_weights' is missing, or lies elsewhere"):
        load(tmp_path / "x.h5")


def test_layers_that_the_file_only_lists(tmp_path: Path) -> None:
    small(tmp_path / "x.h5", layer_names=["a", "b"]).close()
    with pytest.raises(NetworkError, match="'a' is missing"):
        load(tmp_path / "x.h5")


def test_more_names_than_any_network_has(tmp_path: Path) -> None:
    small(tmp_path / "x.h5", layer_names=np.zeros(2000, "S4")).close()
    with pytest.raises(NetworkError, match=r"layer_names has the shape \(2000,\)"):
        load(tmp_path / "x.h5")


def test_links_to_other_files_are_not_followed(weights_file: Path, tmp_path: Path) -> None:
    with small(tmp_path / "x.h5", layer_names=["conv2d"]) as file:
        file["conv2d"] = h5py.ExternalLink(str(weights_file), "/conv2d")
    with pytest.raises(NetworkError, match="'conv2d' is missing, or lies elsewhere"):
        load(tmp_path / "x.h5")


def test_data_in_other_files_is_not_read(weights_file: Path, tmp_path: Path) -> None:
    with small(tmp_path / "x.h5", layer_names=["a"]) as file:
        group = file.create_group("a")
        group.attrs["weight_names"] = ["k"]
        group.create_dataset("k", (4,), "<f4", external=[(str(weights_file), 0, 16)])
    with pytest.raises(NetworkError, match="'k' lies in another file"):
        load(tmp_path / "x.h5")


def test_a_few_bytes_that_say_they_are_many(tmp_path: Path) -> None:
    with small(tmp_path / "x.h5", layer_names=["a"]) as file:
        group = file.create_group("a")
        group.attrs["weight_names"] = ["k"]
        group.create_dataset("k", (1 << 14, 1 << 14), "<f4", chunks=True, compression="gzip")
    assert (tmp_path / "x.h5").stat().st_size < 100_000
    with pytest.raises(NetworkError, match="more than 33554432 weights"):
        load(tmp_path / "x.h5")


def test_weights_of_another_type(tmp_path: Path) -> None:
    with small(tmp_path / "x.h5", layer_names=["a"]) as file:
        group = file.create_group("a")
        group.attrs["weight_names"] = ["k"]
        group.create_dataset("k", (3,), "<f8")
    with pytest.raises(NetworkError, match=r"'k' holds float64 \(3,\), wants float32"):
        load(tmp_path / "x.h5")


def test_a_whole_model_is_read_like_its_weights(weights_file: Path, tmp_path: Path) -> None:
    """Keras' save() puts the same groups into one of the name model_weights."""
    whole = tmp_path / "whole.h5"
    with h5py.File(weights_file) as source, h5py.File(whole, "w") as target:
        group = target.create_group("model_weights")
        for name in source:
            source.copy(name, group)
        group.attrs.update(source.attrs)
    assert len(load(whole).nodes) == len(load(weights_file).nodes)


def test_without_its_package_the_one_line_is_said(
    weights_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(NetworkError, match=r"pip install 'lowbit-edge-harness\[larq\]'"):
        load(weights_file)
