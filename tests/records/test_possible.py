"""Numbers that cannot be."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from harness.records.measurement import Interval, Measurement, Status
from harness.records.possible import impossible
from tests.helpers import measurements as made


def test_what_can_be_is_silent() -> None:
    assert impossible(made.a_measurement(energy=(made.an_energy(),))) == ""


@pytest.mark.parametrize("value", [0.0, -5.0, 5e-324, 1e308])
@pytest.mark.parametrize("name", ["p25", "p50", "p90"])
def test_latencies(name: str, value: float) -> None:
    change: dict[str, Any] = {name: value}
    latency = dataclasses.replace(made.a_latency(), **change)
    row = dataclasses.replace(made.a_measurement(), latency_ns=latency)
    assert f"latency_ns.{name}" in impossible(row)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (0.0, 2.0), (3.0, 2.0)])
def test_intervals(low: float, high: float) -> None:
    latency = made.a_latency(ci95=Interval(of="p25", low=low, high=high))
    assert "ci95" in impossible(made.a_measurement(latency_ns=latency))


@pytest.mark.parametrize(
    "change",
    [{"inferences_per_s": 0.0}, {"batch": 0}, {"threads": -1}, {"peak_share": -1.0}],
)
def test_counts_and_rates(change: dict[str, Any]) -> None:
    row: Measurement = dataclasses.replace(made.a_measurement(), **change)
    assert next(iter(change)) in impossible(row)


@pytest.mark.parametrize("change", [{"inferences": 0}, {"energy_j": 0.0}, {"u_j": -1.0}])
def test_joules(change: dict[str, Any]) -> None:
    row = made.a_measurement(energy=(made.an_energy(**change),))
    assert next(iter(change)) in impossible(row)


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, 1e300])
def test_layers(value: float) -> None:
    assert impossible(made.a_measurement(layers=made.layers(0.0, 5e6))) == ""
    assert "layer layer1.conv" in impossible(made.a_measurement(layers=made.layers(5e6, value)))


def test_what_is_not_believed_may_hold_anything() -> None:
    assert impossible(made.a_measurement(status=Status.INVALID, inferences_per_s=0.0)) == ""
