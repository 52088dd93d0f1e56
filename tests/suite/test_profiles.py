"""Profiles and the single values a suite replaces."""

from __future__ import annotations

import pytest

from harness.errors import ConfigError
from harness.suite.profiles import PROFILES, protocol_of
from tests.suite.fixtures import suite

GEMM = "{ops: [gemm], schemes: [w1a1], shapes: [8x8x8]}"


def test_overrides_win_over_either_profile() -> None:
    made = suite(GEMM, "protocol: {samples: 7, budget_s: 5}")
    assert protocol_of(made).samples == 7
    standard = protocol_of(made, "standard")
    assert (standard.profile, standard.samples, standard.budget_s) == ("standard", 7, 5.0)
    assert isinstance(standard.budget_s, float)


def test_contradictions_and_unknown_profiles() -> None:
    with pytest.raises(ConfigError, match="repetitions_min 99 exceeds"):
        protocol_of(suite(GEMM, "protocol: {repetitions_min: 99}"))
    with pytest.raises(ConfigError, match=r"^--profile: no profile 'fast'; known: quick"):
        protocol_of(suite(GEMM), "fast")


def test_names_and_p99() -> None:
    assert all(name == protocol.profile for name, protocol in PROFILES.items())
    standard = PROFILES["standard"]
    assert standard.samples * standard.repetitions_min >= 662  # what a p99 needs
