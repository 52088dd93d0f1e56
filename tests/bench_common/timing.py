"""CPU-time medians of a call, as the checker's bench takes them; needs nothing but Python."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 11
SAMPLE_NS = 4_000_000


def median_ns(
    call: Callable[[], object], *, clock_ns: Callable[[], int] = time.thread_time_ns
) -> float:
    """Return the median CPU time of a call, in ns; of this thread unless another clock is given."""
    _timed(call, 1, clock_ns)
    once = _timed(call, 1, clock_ns)
    calls = 1 + int(SAMPLE_NS / max(once, 1.0))
    return statistics.median(_timed(call, calls, clock_ns) for _ in range(SAMPLES))


def _timed(call: Callable[[], object], calls: int, clock_ns: Callable[[], int]) -> float:
    begin = clock_ns()
    for _ in range(calls):
        call()
    return (clock_ns() - begin) / calls
