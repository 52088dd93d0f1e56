"""Differences of a board's counters over stretches of time; an absent value makes them unknown.

A span is a frame with `watch_before`, `watch_after`, `clocks_before` and `clocks_after`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Payload = Mapping[str, Any]

TICK_NS = 10_000_000  # of /proc/stat and time_in_state: 1/100 s on every Linux we know
_FIELDS = {"user": 0, "nice": 1, "system": 2, "idle": 3, "iowait": 4, "irq": 5, "softirq": 6}
_STEAL = 7
_BUSY = [_FIELDS[name] for name in ("user", "nice", "system", "irq", "softirq")]
MONO, RAW, REAL_US, OWN_US = range(4)


def clock_gained(spans: Iterable[Payload], which: int) -> int | None:
    """Return how far one of the clocks went over all spans together; None = unknown."""
    pairs = [(_clock(s, "before", which), _clock(s, "after", which)) for s in spans]
    return _sum(pairs)


def gained(spans: Iterable[Payload], name: str) -> int | None:
    """Return how much a watched counter rose over all spans together; None = unknown."""
    return _sum([(_int(s, "before", name), _int(s, "after", name)) for s in spans])


def steal_ticks(spans: Iterable[Payload], name: str) -> int | None:
    """Return the ticks that a hypervisor took from us, of a watched line of /proc/stat."""
    return _sum(
        [(_ticks(s, "before", name, [_STEAL]), _ticks(s, "after", name, [_STEAL])) for s in spans]
    )


def busy_ns(spans: Iterable[Payload], name: str) -> int | None:
    """Return the CPU time of everybody, of a watched line of /proc/stat, to the tick."""
    ticks = _sum(
        [(_ticks(s, "before", name, _BUSY), _ticks(s, "after", name, _BUSY)) for s in spans]
    )
    return None if ticks is None else ticks * TICK_NS


def waited_us(spans: Iterable[Payload], name: str) -> int | None:
    """Return how long somebody waited for a CPU, of a watched line of /proc/pressure/cpu."""
    return _sum([(_total(s, "before", name), _total(s, "after", name)) for s in spans])


def ends(spans: Sequence[Payload], name: str) -> tuple[object, object]:
    """Return a watched file before the first and after the last span; None = unknown."""
    if not spans:
        return None, None
    first, last = _value(spans[0], "before", name), _value(spans[-1], "after", name)
    return first, last


def values(spans: Iterable[Payload], name: str) -> list[object]:
    """Return every reading of a watched file that is there."""
    found = [_value(s, when, name) for s in spans for when in ("before", "after")]
    return [value for value in found if value is not None]


def _sum(pairs: Sequence[tuple[int | None, int | None]]) -> int | None:
    total = 0
    for before, after in pairs:
        if before is None or after is None:
            return None
        total += after - before
    return total if pairs else None


def _value(span: Payload, when: str, name: str) -> object:
    watched = span.get(f"watch_{when}")
    return watched.get(name) if isinstance(watched, Mapping) else None


def _int(span: Payload, when: str, name: str) -> int | None:
    value = _value(span, when, name)
    return value if isinstance(value, int) else None


def _clock(span: Payload, when: str, which: int) -> int | None:
    clocks = span.get(f"clocks_{when}") or ()
    # a clock that the kernel does not have reads 0
    return (
        int(clocks[which]) if len(clocks) > which and (clocks[which] or which == OWN_US) else None
    )


def _ticks(span: Payload, when: str, name: str, fields: Sequence[int]) -> int | None:
    words = str(_value(span, when, name) or "").split()
    if len(words) <= _STEAL or not all(re.fullmatch(r"[0-9]{1,18}", word) for word in words[:8]):
        return None
    return sum(int(words[field]) for field in fields)


def _total(span: Payload, when: str, name: str) -> int | None:
    match = re.search(r"total=([0-9]{1,18})$", str(_value(span, when, name) or ""), re.ASCII)
    return int(match.group(1)) if match else None
