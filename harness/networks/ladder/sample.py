"""256 test images of Fashion-MNIST (Expat) with their labels, for checks without the data set.

The committed file is xz: the images, 784 bytes each, then the labels, one byte each.
"""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

from harness.networks.ladder.files import WEIGHTS, whole
from harness.networks.ladder.layout import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = WEIGHTS / "sample.xz"
SHA256 = "43876e8f5dfd0d0268dd3864446ae558152a3cef41c737a2e08ccb789d310afe"
IMAGES, SEED = 256, 0


def load() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images [256, 28, 28] and labels [256]."""
    import numpy as np

    found = np.frombuffer(lzma.decompress(whole(FILE, SHA256)), np.uint8)
    return found[:-IMAGES].reshape(IMAGES, SIDE, SIDE), found[-IMAGES:]


def places() -> NDArray[np.intp]:
    """Return which of the 10,000 test images these are."""
    import numpy as np

    return np.sort(np.random.default_rng(SEED).choice(10_000, IMAGES, replace=False))


def packed(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """Return the committed file, made of all test images and labels."""
    chosen = places()
    return lzma.compress(images[chosen].tobytes() + labels[chosen].tobytes(), preset=9)
