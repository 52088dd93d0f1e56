"""From a map [h, w, c] to the order in which a file keeps its input and output, and back.

A layout is said by its axes, as the ONNX importer notes it: "n c h w", "n h w c", "n chw", "n c".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NHWC = "n h w c"


def laid_out(images: Floats, layout: str) -> Floats:
    """Return maps [n, h, w, c] in `layout`."""
    import numpy as np

    turned = images.transpose(0, *(1 + axis for axis in _order(layout)))
    size = dict(zip("hwc", images.shape[1:], strict=True))
    dims = [math.prod(size.get(letter, 1) for letter in axis) for axis in layout.split()[1:]]
    return np.ascontiguousarray(turned).reshape(len(images), *dims)


def maps_of(values: Floats, layout: str, shape: tuple[int, int, int]) -> Floats:
    """Return [n, h, w, c] of values in `layout`, however their axes are grouped."""
    import numpy as np

    order = _order(layout)
    turned = values.reshape(-1, *(shape[axis] for axis in order))
    back = [order.index(axis) + 1 for axis in range(3)]
    return np.ascontiguousarray(turned.transpose(0, *back))


def rows(values: Floats) -> Floats:
    """Return one row per input: maps flattened in h, w, c order."""
    return values.reshape(len(values), -1)


def _order(layout: str) -> list[int]:
    """The axes of [h, w, c] in the order of the layout; those of size 1 may be missing in it."""
    letters = [letter for letter in layout if letter in "hwc"]
    order = ["hwc".index(letter) for letter in letters]
    return order + [axis for axis in range(3) if axis not in order]
