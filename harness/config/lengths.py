"""Durations and rates of a suite (`10m`, `90s`, `30/s`) as types for the models."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(s|m|h)", re.ASCII)
_RATE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)/(s|m)", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
MIN_S, MAX_S = 1.0, 4 * 3600.0
MIN_RATE, MAX_RATE = 0.1, 1000.0


def duration_s(value: object) -> float:
    """Return seconds of `10m`, `90s`, `1.5h`; raises ValueError in words for a user."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r:.82} is no duration: write 90s, 10m or 1h")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if not MIN_S <= seconds <= MAX_S:
        raise ValueError(f"{value!r:.82} is out of bounds: {MIN_S:.0f}s to {MAX_S / 3600:.0f}h")
    return seconds


def rate_per_s(value: object) -> float:
    """Return inferences/s of `30/s`, `90/m`; raises ValueError in words for a user."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r:.82} is no rate: write 30/s, 0.5/s or 90/m")
    rate = float(found[1]) / _SECONDS[found[2]]
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ValueError(f"{value!r:.82} is out of bounds: {MIN_RATE}/s to {MAX_RATE:.0f}/s")
    return rate


Duration = Annotated[float, BeforeValidator(duration_s)]
Rate = Annotated[float, BeforeValidator(rate_per_s)]
