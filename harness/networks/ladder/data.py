"""Fashion-MNIST as files: where it lies, whether it is whole. Downloads nothing.

Debian's package dataset-fashion-mnist (Expat) installs the four files into `FOLDER`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.sources.idx import parse_idx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path("/usr/share/datasets/fashion-mnist")
_SHA256 = {
    "train-images": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}


def images_and_labels(
    part: str, folder: Path = FOLDER
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images [n, 28, 28] and labels [n] of `train` (60,000) or `t10k` (10,000)."""
    return (
        _read(folder, f"{part}-images", "idx3-ubyte.gz"),
        _read(folder, f"{part}-labels", "idx1-ubyte.gz"),
    )


def _read(folder: Path, what: str, ending: str) -> NDArray[np.uint8]:
    path = folder / f"{what}-{ending}"
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise NetworkError(
            f"{path} cannot be read ({error.strerror}): install Debian's dataset-fashion-mnist, or "
            "name the folder that holds Fashion-MNIST's four idx files"
        ) from None
    if hashlib.sha256(packed).hexdigest() != _SHA256[what]:
        raise NetworkError(f"{path} is not the published file (sha256 differs): fetch it again")
    return parse_idx(packed, name=str(path))
