"""Seeded numbers, the same on every machine and version of numpy: splitmix64 by counter.

Weights without training and inputs without a photo come from here; nothing here knows what they
are for.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def stream_seed(seed: int, name: str) -> int:
    """Return the 64-bit seed of the stream `name`, so that layers do not share numbers."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "little")


def words(seed: int, count: int) -> NDArray[np.uint64]:
    """Return `count` words: word i is the splitmix64 mix of `seed + (i + 1) * golden`."""
    import numpy as np

    # numpy scalars warn on wrap-around, arrays do not: everything stays an array
    z = np.arange(1, count + 1, dtype=np.uint64) * np.array([_GOLDEN], dtype=np.uint64)
    z += np.array([seed & _MASK], dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.array([0xBF58476D1CE4E5B9], dtype=np.uint64)
    z = (z ^ (z >> np.uint64(27))) * np.array([0x94D049BB133111EB], dtype=np.uint64)
    return z ^ (z >> np.uint64(31))


def byte_stream(seed: int, count: int) -> bytes:
    """Return `count` bytes: the words of `seed`, each low byte first."""
    return words(seed, -(-count // 8)).astype("<u8").tobytes()[:count]


def integers(seed: int, count: int, low: int, high: int) -> NDArray[np.int64]:
    """Return `count` integers in low..high, both included (upper 32 bits of a word, scaled)."""
    import numpy as np

    top = (words(seed, count) >> np.uint64(32)).astype(np.int64)
    return low + ((top * (high - low + 1)) >> 32)


def normals(seed: int, count: int) -> NDArray[np.float32]:
    """Return `count` nearly normal numbers (sum of 12 uniforms less 6): no libm, so no rounding."""
    import numpy as np

    parts = integers(seed, 12 * count, 0, (1 << 20) - 1).reshape(count, 12).sum(axis=1)
    values: NDArray[np.float32] = ((parts - 6 * (1 << 20)) / float(1 << 20)).astype(np.float32)
    return values


def quick_normals(seed: int, count: int) -> NDArray[np.float32]:
    """Return `count` roughly normal numbers, one word each: millions of weights in a second."""
    import numpy as np

    # sum of a word's four 16-bit parts, each uniform: mean 2 * 65535, deviation 65536 / sqrt(3)
    parts = words(seed, count).view(np.uint16).reshape(count, 4).sum(axis=1, dtype=np.int32)
    values: NDArray[np.float32] = (parts - 2 * 65535).astype(np.float32)
    values *= np.float32(3.0**0.5 / 65536)
    return values


def he_kernel(seed: int, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a kernel [o, ...] of random numbers that keeps the deviation behind a ReLU."""
    import numpy as np

    fan_in = math.prod(shape[1:])
    values = quick_normals(stream_seed(seed, name), shape[0] * fan_in)
    kernel: NDArray[np.float32] = (values * np.float32(np.sqrt(2.0 / fan_in))).reshape(shape)
    return kernel
