"""Metrics and dimensions by name."""

from __future__ import annotations

import pytest

from harness.errors import ConfigError
from harness.report.metrics import DIMENSIONS, METRICS, dimensions_named, metric_named
from tests.helpers import measurements as made


@pytest.mark.parametrize("name", METRICS)
def test_absent_is_none_and_present_is_text(name: str) -> None:
    metric = METRICS[name]
    full = made.a_measurement(energy=(made.an_energy(),), ops_per_s=1e9, peak_share=0.5)
    value = metric.get(full)
    assert value is None or metric.show(value)
    assert metric.note(made.a_measurement(latency_ns=None)) == ""


def test_aliases() -> None:
    assert metric_named("inf/s/W") is metric_named("inf/J")


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(ConfigError) as caught:
        metric_named("speed")
    assert "latency" in caught.value.do
    with pytest.raises(ConfigError, match="no dimension 'colour'"):
        dimensions_named("board,colour")


def test_every_dimension_is_a_word() -> None:
    assert all(isinstance(get(made.a_measurement()), str) for get in DIMENSIONS.values())
