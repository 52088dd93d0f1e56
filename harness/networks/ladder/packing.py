"""Small integers in as many bits as they need: bit planes, the lowest first. Knows no file.

Levels become codes from 0: sign (-1, 1) -> 0, 1; ternary (-1, 0, 1) -> 0, 1, 2; odd (-7, -5, .. 7)
-> 0..7; int8 -> 0..255. Plane p holds bit p of every code, eight codes a byte, first code lowest.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.ladder.layout import Scheme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def pack(weights: NDArray[np.int8], scheme: Scheme) -> NDArray[np.uint8]:
    """Return the planes of `weights`, one row each."""
    import numpy as np

    low, stride, _ = _grid(scheme)
    codes = ((weights.astype(np.int16).reshape(-1) - low) // stride).astype(np.uint8)
    bits = np.arange(scheme.weight_bits, dtype=np.uint8)[:, None]
    return np.packbits(codes >> bits & 1, axis=1, bitorder="little")


def unpack(planes: NDArray[np.uint8], shape: tuple[int, ...], scheme: Scheme) -> NDArray[np.int8]:
    """Return the weights of `shape`; NetworkError when planes do not fit or hold no level."""
    import numpy as np

    low, stride, largest = _grid(scheme)
    count = prod(shape)
    if planes.dtype != np.uint8 or planes.shape != (scheme.weight_bits, -(-count // 8)):
        raise NetworkError(f"planes {planes.shape} do not hold {shape} weights of {scheme.name}")
    bits = np.unpackbits(planes, axis=1, count=count, bitorder="little")
    place = np.arange(scheme.weight_bits, dtype=np.uint8)[:, None]
    codes = (bits << place).sum(0, dtype=np.int16)
    if codes.max(initial=0) > largest:
        raise NetworkError(f"a weight code is {codes.max()}, {scheme.name} ends at {largest}")
    levels: NDArray[np.int16] = codes * stride + low
    return levels.astype(np.int8).reshape(shape)


def _grid(scheme: Scheme) -> tuple[int, int, int]:
    """Lowest level, distance of levels, largest code."""
    top = (1 << scheme.weight_bits) - 1
    match scheme.levels:
        case "ternary":
            return -1, 1, 2
        case "int8":
            return -128, 1, 255
        case _:  # sign is odd with one bit
            return -top, 2, top
