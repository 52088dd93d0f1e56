"""Profiles: how much care a number gets, one Protocol each; a suite may replace single values."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.records.item import Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.suite.suite import Suite

PROFILES: Mapping[str, Protocol] = {
    # a whole suite within five minutes a board, most of it in rounds; energy is only indicative
    "quick": Protocol(
        profile="quick",
        repetitions_min=5,
        repetitions_max=30,
        samples=20,
        sample_min_ms=1.0,
        warmup_ms=20.0,
        precision=0.02,
        budget_s=240.0,
        energy_windows=1,
        energy_window_s=3.0,
        idle_s=3.0,
        periodic_s=10.0,
        cool_cap_s=5.0,
    ),
    # within an hour a board; the fewest samples, 8 x 84, are enough for a p99 (662)
    "standard": Protocol(
        profile="standard",
        repetitions_min=8,
        repetitions_max=30,
        samples=84,
        sample_min_ms=1.0,
        warmup_ms=100.0,
        precision=0.01,
        budget_s=1800.0,
        energy_windows=5,
        energy_window_s=10.0,
        idle_s=15.0,
        periodic_s=60.0,
        cool_cap_s=60.0,
    ),
    # for figures that others will quote
    "publish": Protocol(
        profile="publish",
        repetitions_min=10,
        repetitions_max=50,
        samples=100,
        sample_min_ms=2.0,
        warmup_ms=500.0,
        precision=0.005,
        budget_s=4 * 3600.0,
        energy_windows=5,
        energy_window_s=30.0,
        idle_s=30.0,
        periodic_s=300.0,
        cool_cap_s=300.0,
    ),
}


def protocol_of(suite: Suite, profile: str = "") -> Protocol:
    """Return the protocol of a suite; `profile` (of the command line) wins over the suite's own."""
    name = profile or suite.profile
    if name not in PROFILES:
        where = "--profile" if profile else suite.where("profile")
        raise ConfigError(f"no profile {name!r}; known: {', '.join(PROFILES)}", where=where)
    floats = {f.name for f in dataclasses.fields(Protocol) if f.type == "float"}
    given = {k: float(v) if k in floats else v for k, v in suite.overrides.items()}
    protocol = dataclasses.replace(PROFILES[name], **given)  # type: ignore[arg-type]
    if protocol.repetitions_min > protocol.repetitions_max:
        words = (
            f"repetitions_min {protocol.repetitions_min} exceeds"
            f" repetitions_max {protocol.repetitions_max}"
        )
        raise ConfigError(words, where=suite.where("protocol"), do="set both in `protocol:`")
    return protocol
