"""Scenarios that are one long run of a process, as the text that stands in items and records.

`sustained 600s`: without a pause for so long; `periodic 30/s`: one inference at each tick of a
clock, for as long as the protocol says. The others (`latency`, `throughput`) are in rounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(r"(sustained|periodic) ([0-9.]{1,12}(?:e\+?[0-9]{1,2})?)(s|/s)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class LongRun:
    """A long run: `length_s` 0 is the protocol's length, `rate_per_s` 0 is as fast as it goes."""

    length_s: float = 0.0
    rate_per_s: float = 0.0

    @property
    def is_periodic(self) -> bool:
        """Whether it keeps a pace."""
        return self.rate_per_s > 0

    def seconds(self, periodic_s: float) -> float:
        """Return how long it takes, of a protocol whose periodic runs take `periodic_s`."""
        return periodic_s if self.is_periodic else self.length_s

    @property
    def period_ns(self) -> int:
        """Nanoseconds from one release to the next, 0 without a pace."""
        return round(1e9 / self.rate_per_s) if self.is_periodic else 0


def sustained(length_s: float) -> str:
    """Return the scenario of a continuous run of so many seconds."""
    return f"sustained {length_s:.10g}s"


def periodic(rate_per_s: float) -> str:
    """Return the scenario of a run at so many inferences a second."""
    return f"periodic {rate_per_s:.10g}/s"


def long_run(scenario: str) -> LongRun | None:
    """Return what a scenario asks for; None for one that is measured in rounds."""
    found = _TEXT.fullmatch(scenario)
    if not found:
        return None
    kind, number, unit = found.groups()
    try:
        value = float(number)
    except ValueError:
        return None
    if kind == "sustained" and unit == "s":
        return LongRun(length_s=value)
    return LongRun(rate_per_s=value) if kind == "periodic" and unit == "/s" and value else None
