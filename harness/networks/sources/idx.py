"""Reads idx files, the format of the MNIST family: big-endian sizes, then bytes. Writes none.

A file is refused before its content is touched when its sizes do not add up, and unpacking stops
at the limit, so that a small file cannot fill the memory.
"""

from __future__ import annotations

import gzip
import io
import zlib
from math import prod
from typing import TYPE_CHECKING

from harness.errors import NetworkError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT_BYTES = 1 << 27  # the largest file of the family holds 47 MB
_GZIP, _BYTES = b"\x1f\x8b", 8  # the idx code of unsigned bytes
_DIMENSIONS_MAX = 4


def parse_idx(packed: bytes, *, name: str = "idx data") -> NDArray[np.uint8]:
    """Return the array that `packed` (gzipped or not) describes; `name` stands in errors."""
    import numpy as np

    data = _unpacked(packed, name)
    if len(data) < 4 or data[:2] != b"\0\0":
        raise NetworkError(f"{name} is no idx file: it does not begin with two zero bytes")
    kind, dimensions = data[2], data[3]
    if kind != _BYTES:
        raise NetworkError(
            f"{name} holds idx type {kind:#04x}; only unsigned bytes (0x08) are read"
        )
    if not 1 <= dimensions <= _DIMENSIONS_MAX:
        raise NetworkError(f"{name} has {dimensions} dimensions, wanted 1 to {_DIMENSIONS_MAX}")
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise NetworkError(f"{name} ends inside its header, after {len(data)} bytes")
    shape = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(4, start, 4))
    if prod(shape) != len(data) - start:
        raise NetworkError(
            f"{name} announces {'x'.join(map(str, shape))} bytes and holds {len(data) - start}: "
            "cut short or damaged, fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _unpacked(packed: bytes, name: str) -> bytes:
    if not packed.startswith(_GZIP):
        return packed
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            data = file.read(LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NetworkError(f"{name} cannot be unpacked: {error}") from None
    if len(data) > LIMIT_BYTES:
        raise NetworkError(f"{name} unpacks to more than {LIMIT_BYTES} bytes: refused")
    return data
