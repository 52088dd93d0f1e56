"""What a board's measured peaks say a kernel could reach at most; measures nothing.

A peak is that of a unit: `w1a1` (xor and popcount), `w8a8`, `fp32`, `fp16`, `bf16`. Schemes without
a unit of their own are held against the best one that could carry them out. Table look-ups and
shifts reach speeds that follow from no such unit, and have no limit here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BITS = re.compile(r"w([1-8])a([1-8])")
_NO_UNIT = frozenset({"dwconv", "poolgemm"})  # vertical counters and tables count no popcounts


def limit_ops_per_s(workload: str, scheme: str, peaks: Mapping[str, float]) -> float:
    """Return the best speed (2 operations per product) known for it on the board, or 0."""
    if workload in _NO_UNIT:
        return 0.0
    if scheme in {"fp32", "fp16", "bf16"}:
        return max(peaks.get(scheme, 0.0), peaks.get("fp32", 0.0))
    binary, whole = peaks.get("w1a1", 0.0), peaks.get("w8a8", 0.0)
    if scheme in {"w1a1", "terna1"}:
        return max(binary, whole)
    if scheme in {"w8a8", "terna8"}:
        return whole
    found = _BITS.fullmatch(scheme)
    if found is None or found[2] == "8":
        return 0.0
    return max(binary / (int(found[1]) * int(found[2])), whole)
