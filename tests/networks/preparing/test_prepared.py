from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.networks.preparing import prepared
from harness.networks.preparing.prepared import Prepared, key_of, load, store
from harness.records.layers import LayerInfo

PREPARED = Prepared(
    name="n",
    scheme="w1a1",
    batch=1,
    onnx=None,
    plan=b"plan",
    input=b"in",
    input_shape=(1, 2),
    expected=b"out",
    tolerance_ppm=0,
    weights="seeded",
    sha256="00",
    macs_by_precision={"w1a1": 5},
    layers=(
        LayerInfo(name="fc", op="dense", scheme="w1a1", shape="1x1x2", macs=5, weight_bytes=1),
    ),
    check_kind="controller-exact",
    labels=(967,),
    label_words=("espresso",),
)


def test_what_is_stored_is_loaded(empty_cache: Path) -> None:
    store("k", PREPARED)
    assert load("k") == PREPARED


def test_the_label_reads_well() -> None:
    assert PREPARED.label == "espresso (967)"


@pytest.mark.parametrize("name", ["plan", "input", "expected", "meta.json"])
def test_a_changed_file_counts_as_absent(empty_cache: Path, name: str) -> None:
    store("k", PREPARED)
    (empty_cache / "networks" / "k" / name).write_bytes(b"{}")
    assert load("k") is None
    (empty_cache / "networks" / "k" / name).unlink()
    assert load("k") is None


def test_the_oldest_make_room(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MAX_KEPT", 2)
    for number, key in enumerate("abc"):
        store(key, PREPARED)
        os.utime(empty_cache / "networks" / key / "meta.json", (number + 1, number + 1))
    store("d", PREPARED)
    assert sorted(p.name for p in (empty_cache / "networks").iterdir()) == ["c", "d"]


def test_keys_differ_with_what_a_network_is_made_from() -> None:
    assert key_of({"a": 1}) != key_of({"a": 2})
