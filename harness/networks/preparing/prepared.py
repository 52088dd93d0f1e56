"""What a board needs to run a network and to be checked, and its place in the user's cache."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from harness.networks.sources.cache import cache_root, keep, read
from harness.records.layers import LayerInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# 1: meta.json beside model, input and expected output; 2: SQNR; 3: layers (2026-11)
FORMAT = 3
MAX_KEPT = 64
_BLOBS = ("onnx", "plan", "input", "expected")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A network at a scheme: the file to run, one input, the output it must give.

    `input` and `expected` are raw little-endian float32, NCHW for ONNX and NHWC for a plan, with
    `input_shape` to say so. The output is right when |x - y| <= tolerance_ppm * 1e-6 * max|y|
    everywhere.
    """

    name: str
    scheme: str
    batch: int
    onnx: bytes | None
    plan: bytes | None
    input: bytes
    input_shape: tuple[int, ...]
    expected: bytes
    tolerance_ppm: int
    weights: str  # trained | seeded
    sha256: str  # of the file to run
    macs_by_precision: Mapping[str, int]
    check_kind: str
    layers: tuple[LayerInfo, ...] = ()  # of a plan, as the runner carries them out
    accuracy_metric: str = ""
    accuracy_value: float | None = None
    accuracy_n: int = 0
    accuracy_sqnr_db: float | None = None
    labels: tuple[int, ...] = ()  # class of each image of the batch; empty where none is known
    label_words: tuple[str, ...] = ()
    input_words: str = ""  # what the input is where no class is known
    # files of another runtime's form, made of `onnx` for an item; never kept with the rest
    converted: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The first image's class as people read it, `espresso (967)`; else what the input is."""
        if not self.labels:
            return f"input: {self.input_words}" if self.input_words else ""
        return (
            f"{self.label_words[0]} ({self.labels[0]})" if self.label_words else str(self.labels[0])
        )


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the name of a prepared network in the cache: a hash of all that it is made from."""
    text = json.dumps({**parts, "format": FORMAT}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def store(key: str, prepared: Prepared) -> None:
    """Keep `prepared` under `key`; meta.json comes last, so a cut write counts as absent."""
    folder = _folder(key)
    meta: dict[str, Any] = {}
    for one in fields(prepared):
        if one.name == "converted":
            continue
        value = getattr(prepared, one.name)
        if one.name in _BLOBS and value is not None:
            keep(folder / one.name, value)
            value = hashlib.sha256(value).hexdigest()
        meta[one.name] = value
    meta["layers"] = [asdict(layer) for layer in prepared.layers]
    keep(folder / "meta.json", json.dumps(meta, sort_keys=True).encode())
    _prune(folder.parent)


def _prune(root: Path) -> None:
    """Remove the oldest beyond MAX_KEPT; whoever is reading one makes it again."""
    kept = sorted(root.glob("*/meta.json"), key=_age)
    for meta in kept[MAX_KEPT:]:
        shutil.rmtree(meta.parent, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:  # another process was quicker
        return 0.0


def load(key: str) -> Prepared | None:
    """Return what is kept under `key`, None when absent or not byte for byte what was kept."""
    folder = _folder(key)
    text = read(folder / "meta.json")
    if text is None:
        return None
    try:
        meta = json.loads(text)
        for name in _BLOBS:
            if meta[name] is not None:
                data = read(folder / name)
                if data is None or hashlib.sha256(data).hexdigest() != meta[name]:
                    return None
                meta[name] = data
        for name in ("input_shape", "labels", "label_words"):
            meta[name] = tuple(meta[name])
        meta["layers"] = tuple(LayerInfo(**layer) for layer in meta["layers"])
        return Prepared(**meta)
    except (ValueError, KeyError, TypeError):
        return None


def _folder(key: str) -> Path:
    return cache_root() / "networks" / key
