"""Records to JSON and back; what does not fit is named by its path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.board import BoardEntry, BoardFacts, Hello
from harness.records.codec import from_json, to_json
from harness.records.item import Item, Plan
from harness.records.measurement import Environment, Latency, Measurement, SampleSet, Status
from tests.helpers import measurements as made

NAMES = st.text(max_size=20)
ITEMS = st.builds(Item, kind=NAMES, workload=NAMES, scheme=NAMES, shape=NAMES)


def there_and_back(record: Any) -> Any:
    return from_json(type(record), json.loads(json.dumps(to_json(record))))


@pytest.mark.parametrize(
    "record",
    [
        made.a_measurement(energy=(made.an_energy(),)),
        made.a_measurement(layers=made.layers(2e6, 1e6)),
        made.without_number(made.an_item(), "b", Status.INFRA, "link", "no route"),
        made.an_environment(),
        made.a_plan([made.a_measurement()], [made.an_item()]),
        *made.samples_of(made.a_measurement()),
    ],
)
def test_round_trip(record: Any) -> None:
    assert there_and_back(record) == record


@given(ITEMS)
def test_any_item_comes_back_with_its_hash(item: Item) -> None:
    assert there_and_back(item) == item
    assert there_and_back(item).item_id == item.item_id


def test_absent_means_not_measured() -> None:
    data = to_json(made.a_measurement(latency_ns=None))
    assert not {"latency_ns", "layers"} & set(data)
    assert from_json(Measurement, data).latency_ns is None


def test_keys_of_a_newer_version_are_ignored() -> None:
    data = {**to_json(made.an_item()), "colour": "blue"}
    assert from_json(Item, data) == made.an_item()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("threads", "4", "Measurement.threads: wants int, has str"),
        ("threads", True, "Measurement.threads: wants int, has bool"),
        ("status", "FINE", "Measurement.status: 'FINE' is none of OK"),
        ("latency_ns", {"p25": 1.0}, "Measurement.latency_ns: .*missing"),
        ("latency_ns", [], "Measurement.latency_ns: wants dict, has list"),
        ("reasons", [{"rule": 1, "words": ""}], r"Measurement.reasons\[0\].rule: wants str"),
        ("macs_by_precision", {"w1a1": "many"}, "Measurement.macs_by_precision.w1a1: wants int"),
        ("energy", [{"windows_ns": [[1]]}], r"energy\[0\].windows_ns\[0\]: wants 2 values, has 1"),
    ],
)
def test_what_does_not_fit_is_named(path: str, value: object, words: str) -> None:
    data = {**to_json(made.a_measurement()), path: value}
    with pytest.raises(ValueError, match=words):
        from_json(Measurement, data)


def test_whole_numbers_are_fine_where_floats_stand() -> None:
    data = {**to_json(made.a_latency()), "p25": 5}
    assert isinstance(from_json(Latency, data).p25, float)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from([Measurement, Plan, Environment, SampleSet, BoardFacts]))
def test_foreign_data_raises_nothing_but_value_error(data: Any, kind: type) -> None:
    with pytest.raises(ValueError, match=kind.__name__):
        from_json(kind, data)


@given(st.sampled_from(sorted(to_json(made.a_measurement()))), JSON)
def test_one_foreign_field(field: str, value: Any) -> None:
    data = {**to_json(made.a_measurement()), field: value}
    try:
        found: Measurement | str = from_json(Measurement, data)
    except ValueError as error:
        found = str(error)
    assert isinstance(found, Measurement) or f"Measurement.{field}" in found


def test_boards_come_back() -> None:
    hello = Hello(
        version="0.1.0",
        target="x86_64",
        machine="x86_64",
        kernel_release="6.1",
        cpu_model="c",
        features=("avx2",),
        variants={"gemm_w1a1": ("a__ref", "a__avx2")},
        runner_sha256="0" * 64,
        boot_id="b",
        clock_source="tsc",
        clock_step_ns=20,
        clock_hz=1e9,
        cores=2,
        memory_bytes=1,
        page_bytes=4096,
        emulated="",
        vm=True,
    )
    facts = BoardFacts(
        entry=BoardEntry(name="x"),
        board_id="i",
        hello=hello,
        model="m",
        family="f",
        os="o",
        freq_khz=(1, 2),
    )
    assert there_and_back(facts) == facts
    assert facts.name == "x"
