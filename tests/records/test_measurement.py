"""The form of a measurement: the names of its fields are fixed."""

from __future__ import annotations

from harness.records.codec import to_json
from harness.records.measurement import SCHEMA, Status
from tests.helpers import measurements as made


def test_schema_stands_first() -> None:
    data = to_json(made.a_measurement())
    assert next(iter(data)) == "schema"
    assert data["schema"] == SCHEMA


def test_names_that_files_rely_on() -> None:
    data = to_json(made.a_measurement(energy=(made.an_energy(),)))
    assert {"run", "item", "board", "board_id", "scheme", "status", "latency_ns"} <= set(data)
    assert {"p25", "ci95", "p50", "iterations_per_sample", "samples", "repetitions"} <= set(
        data["latency_ns"]
    )
    assert {"source", "scope", "energy_j", "u_j", "inferences", "windows_ns"} <= set(
        data["energy"][0]
    )


def test_names_of_a_layer() -> None:
    data = to_json(made.a_measurement(layers=made.layers(2e6)))["layers"]
    assert [list(layer) for layer in data] == [
        ["name", "op", "scheme", "shape", "macs", "variant", "ns"]
    ] * 2


def test_statuses() -> None:
    names = "OK SUSPECT INVALID FAILED TIMEOUT INFRA SKIPPED"
    assert [s.value for s in Status] == names.split()
