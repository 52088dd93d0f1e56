"""CPU-time medians of a call, as the checker's bench takes them."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 11
SAMPLE_NS = 4_000_000


def median_ns(call: Callable[[], object]) -> float:
    """Return the median CPU time of a call in this thread, in ns."""
    _timed(call, 1)
    once = _timed(call, 1)
    calls = 1 + int(SAMPLE_NS / max(once, 1.0))
    return statistics.median(_timed(call, calls) for _ in range(SAMPLES))


def _timed(call: Callable[[], object], calls: int) -> float:
    begin = time.thread_time_ns()
    for _ in range(calls):
        call()
    return (time.thread_time_ns() - begin) / calls
