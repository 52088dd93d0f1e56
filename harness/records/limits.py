"""What a board's measured peaks say a kernel could reach at most; measures nothing.

The roofline: the lower of what the units compute and what can be read in the time. A peak is that
of a unit: `w1a1` (xor and popcount), `w8a8`, `fp32`, `fp16`, `bf16`. Schemes without
a unit of their own are held against the best one that could carry them out. Table look-ups and
shifts reach speeds that follow from no such unit, and have no limit there. Of the ops only gemv
(one row) reads more than it computes: each weight once, from the cache that holds them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BITS = re.compile(r"w([1-8])a([1-8])")
_SHARED = 2.0
_NO_UNIT = frozenset({"dwconv", "poolgemm"})  # vertical counters and tables count no popcounts


@dataclass(frozen=True, kw_only=True)
class ReadLevel:
    """What one core reads from a level of memory; `cache_bytes` 0 is main memory."""

    cache_bytes: int
    bytes_per_s: float


def limit_ops_per_s(workload: str, scheme: str, peaks: Mapping[str, float]) -> float:
    """Return the best speed (2 operations per product) known for it on the board, or 0."""
    if workload in _NO_UNIT:
        return 0.0
    if scheme in {"fp32", "fp16", "bf16"}:
        return max(peaks.get(scheme, 0.0), peaks.get("fp32", 0.0))
    binary, whole = peaks.get("w1a1", 0.0), peaks.get("w8a8", 0.0)
    if scheme in {"w8a8", "terna8"}:
        return whole
    planes = _planes(scheme)
    return max(binary / planes, whole) if planes else 0.0


def own_limit_ops_per_s(workload: str, scheme: str, peaks: Mapping[str, float]) -> float:
    """Return the best speed of the unit that the scheme's own kernels work with, or 0.

    A board with a fast int8 unit could carry binary products out on it: that is a limit for the
    board (`limit_ops_per_s`), none that says how good the binary kernel is.
    """
    limit, planes = limit_ops_per_s(workload, scheme, peaks), _planes(scheme)
    if not limit or not planes:
        return limit
    return peaks.get("w1a1", 0.0) / planes or limit


def ceiling_ops_per_s(workload: str, scheme: str, peaks: Mapping[str, float]) -> float:
    """Return what no right kernel of the scheme exceeds, or 0: what V04 goes by.

    Pairs of bit-planes may share what a single one has to do alone: adders, or tables that count
    two planes at once. So several can be faster than the binary peak over their number.
    """
    limit, planes = limit_ops_per_s(workload, scheme, peaks), _planes(scheme)
    if not limit or planes < 2:
        return limit
    return max(limit, _SHARED * peaks.get("w1a1", 0.0) / planes)


def _planes(scheme: str) -> int:
    """Pairs of bit-planes whose bits are counted; 0 where values are multiplied or looked up."""
    if scheme == "terna1":
        return 1
    found = _BITS.fullmatch(scheme)
    return int(found[1]) * int(found[2]) if found and found[2] != "8" else 0


def roofline_ops_per_s(
    workload: str,
    scheme: str,
    *,
    macs: int,
    computing: float,
    reads: Sequence[ReadLevel],
    threads: int = 1,
) -> float:
    """Return the roofline of one call of `macs` products, all threads together, or 0.

    `computing` is the limit of the units, of one core.

    Threads: each with a core's units, caches and share of the weights; memory that they would have
    to share counts as often as there are threads, so the roof may be too high, never too low.
    """
    computing *= threads
    if workload != "gemv" or not reads or not macs:
        return computing
    own_bytes = macs * weight_bits(scheme) / 8 / threads
    caches = sorted((r for r in reads if r.cache_bytes), key=lambda r: r.cache_bytes)
    holding = [r for r in caches if r.cache_bytes >= own_bytes]
    main = [r for r in reads if not r.cache_bytes]
    level = next(iter([*holding, *main]), None)
    if level is None:
        return computing
    reading = 2 * macs / own_bytes * level.bytes_per_s
    return min(computing, reading) if computing else reading


def weight_bits(scheme: str) -> int:
    """Return the bits that a weight takes: `w4a8` 4, `terna8` 2, `pot3a8` 3, `bf16` 16."""
    if scheme.startswith("tern"):
        return 2
    if scheme.startswith("pot"):
        return int(scheme[3])
    return int(scheme[1]) if scheme.startswith("w") else int(scheme[2:])
