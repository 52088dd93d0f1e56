"""A .h5 file of Larq Zoo -> Model, with what is known about the file in the notes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.importing.import_larq.birealnet import build
from harness.networks.importing.import_larq.file import is_hdf5, read_layers

if TYPE_CHECKING:
    from pathlib import Path

    from harness.networks.models.model import Model

VERSION = "1"
SIDE = 224
# birealnet_weights.h5 of release birealnet-v0.3.0, whose top-1 its authors give as 57.47 %
TRAINED_SHA256 = "6e6efac1584fcd60dd024198c87f42eb53b5ec719a5ca1f527e1fe7e8b997117"
PREPROCESSING = (
    "RGB; the centre square of 224/256 of the shorter side, bicubic (TensorFlow 1) to 224 x 224; "
    "minus 123.675, 116.28, 103.53, divided by 58.395, 57.12, 57.375"
)


def sniff(head: bytes) -> bool:
    """Say whether a file that begins with `head` is for this importer."""
    return is_hdf5(head)


def load(path: Path, *, side: int = SIDE) -> Model:
    """Return the network in a file, for images of side x side; raises NetworkError."""
    where = str(path)
    if not 8 <= side <= 1024:
        raise NetworkError(f"images of {side} x {side} are none for this network", where=where)
    made = build(read_layers(path), side=side, name=path.stem, where=where)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = digest == TRAINED_SHA256
    notes = {
        "source": "Larq Zoo, literature.BiRealNet" + (" v0.3.0, trained on ImageNet" * known),
        "sha256": digest,
        "importer": f"import_larq {VERSION}",
        "preprocessing": PREPROCESSING,
        "softmax": "the network ends in a softmax, which is left out: outputs are logits",
    }
    return replace(made, notes=notes)
