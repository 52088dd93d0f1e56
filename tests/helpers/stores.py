"""Runs written to a temporary folder by the real writer."""

from __future__ import annotations

from pathlib import Path

from harness.records.item import Item
from harness.records.measurement import Measurement, Status
from harness.store.writer import RunWriter
from tests.helpers import measurements as made

ITEMS = [made.an_item(), made.an_item(scheme="w8a8"), made.an_item(scheme="fp32")]


def rows(items: list[Item] | None = None) -> list[Measurement]:
    """Two OK measurements and a failed item."""
    a, b, c = items or ITEMS
    failed = made.without_number(c, "pi5-a", Status.FAILED, "failed", "signal 11, =1+1")
    return [made.a_measurement(a), made.a_measurement(b, latency_ns=made.a_latency(1e6)), failed]


def begun(root: Path, count: int = 3) -> RunWriter:
    """An open run with `count` of its three items stored."""
    found = rows()
    writer = RunWriter.create(root, made.a_plan(found, ITEMS), command="harness run x.yaml")
    writer.add_environment(made.an_environment())
    writer.event("peaks", {"board": "pi5-a", "ops_per_s": {"w1a1": 1.2e12}})
    writer.no_sensor("vf2", "looked at hwmon: none")
    for m in found[:count]:
        writer.append(m, made.samples_of(m) if m.latency_ns else ())
    return writer


def closed(root: Path) -> Path:
    """The folder of a closed run."""
    with begun(root) as writer:
        return writer.close(4)
