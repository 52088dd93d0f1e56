"""Metrics and dimensions by name."""

from __future__ import annotations

import pytest

from harness.errors import ConfigError
from harness.records.measurement import Memory, Startup
from harness.report.metrics import DIMENSIONS, METRICS, dimensions_named, metric_named
from tests.helpers import measurements as made


@pytest.mark.parametrize("name", METRICS)
def test_absent_is_none_and_present_is_text(name: str) -> None:
    metric = METRICS[name]
    full = made.a_measurement(energy=(made.an_energy(),), ops_per_s=1e9, peak_share=0.5)
    value = metric.get(full)
    assert value is None or metric.show(value)
    assert metric.note(made.a_measurement(latency_ns=None)) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [("weights", "2 MiB"), ("arena", "3 MiB"), ("rss", "9 MiB"), ("load", "5"), ("first", "7")],
)
def test_memory_and_start_can_be_asked_for(name: str, shown: str) -> None:
    row = made.a_measurement(
        memory=Memory(weights_bytes=2 << 20, arena_bytes=3 << 20, peak_rss_bytes=9 << 20),
        startup_ns=Startup(load=5_000_000, first=7_000_000),
    )
    value = metric_named(name).get(row)
    assert value is not None
    assert metric_named(name).show(value).replace(".00", "").startswith(shown)
    assert metric_named(name).get(made.a_measurement(memory=None, startup_ns=None)) is None


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
