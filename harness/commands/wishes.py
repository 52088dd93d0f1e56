"""The options that say how a plan is carried out, shared by run, resume and rerun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import ConfigError

if TYPE_CHECKING:
    from harness.records.measurement import Status

WAIT = "Wait this long for a leased board: 30m, 90s."
FAIL_ON = "Statuses that fail the run."
FAIL_ON_DEFAULT = "INVALID,FAILED,TIMEOUT,INFRA"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a plan is carried out, whatever it holds."""

    isa_mask: str = ""
    wait_s: float = 0.0
    fail_on: frozenset[Status]
    draws_report: bool = True


def seconds(words: str) -> float:
    """Return the seconds of `90s`, `30m` or `1h`; ConfigError for anything else."""
    factors = {"s": 1, "m": 60, "h": 3600}
    number, unit = words[:-1], words[-1:]
    if number.isdecimal() and number.isascii() and unit in factors:
        return float(number) * factors[unit]
    raise ConfigError(f"--wait {words!r} is no duration", do="write 90s, 30m or 1h")


def statuses(words: str, *, option: str = "--fail-on") -> frozenset[Status]:
    """Return the statuses in a comma-separated list; ConfigError names the known ones."""
    from harness.records.measurement import Status

    try:
        return frozenset(Status(w.strip().upper()) for w in words.split(",") if w.strip())
    except ValueError:
        known = ", ".join(Status)
        raise ConfigError(f"{option} {words!r}", do=f"a list of: {known}") from None
