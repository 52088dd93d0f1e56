"""Reading runs: whole, cut at every byte, changed, too new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.store import layout
from harness.store.reader import account, find_run, list_runs, read_run, read_samples
from harness.store.writer import RunWriter, write_manifest
from tests.helpers import measurements as made
from tests.helpers import stores


def test_round_trip(tmp_path: Path) -> None:
    run = read_run(stores.closed(tmp_path))
    assert run.closed
    assert run.notes == ()
    assert list(run.measurements) == stores.rows()
    assert run.plan == made.a_plan(stores.rows(), stores.ITEMS)
    assert run.environments[run.measurements[0].environment or ""] == made.an_environment()
    assert run.facts.sensor_absent == {"vf2": "looked at hwmon: none"}
    assert run.facts.exit_code == 4
    assert run.missing == ()


def test_open_runs_tell_what_is_missing(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 1)
    writer.leave()
    run = read_run(writer.folder)
    assert not run.closed
    assert [p.item for p in run.missing] == stores.ITEMS[1:]
    assert run.facts.command == "harness run x.yaml"
    assert run.facts.peaks == {"pi5-a": {"w1a1": 1.2e12}}
    assert any("never closed" in note for note in run.notes)


def test_killed_at_every_byte_of_the_last_item(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 2)
    writer.leave()
    path = writer.folder / layout.MEASUREMENTS
    data = path.read_bytes()
    last = data.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(data) + 1):
        path.write_bytes(data[:cut])
        assert len(read_run(writer.folder).measurements) == 1 + (cut == len(data))


def test_damage_before_the_tail_is_refused_by_line(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 3)
    writer.leave()
    path = writer.folder / layout.MEASUREMENTS
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:20] + b"\n" + lines[2])
    with pytest.raises(StoreError, match=r"measurements\.jsonl:2"):
        read_run(writer.folder)


def test_wrong_types_are_refused_by_line_and_field(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 1)
    writer.leave()
    path = writer.folder / layout.MEASUREMENTS
    data = json.loads(path.read_text())
    data["threads"] = "many"
    path.write_text(json.dumps(data) + "\n")
    with pytest.raises(StoreError, match=r"jsonl:1: Measurement\.threads"):
        read_run(writer.folder)


@pytest.mark.parametrize("name", [layout.PLAN, layout.MEASUREMENTS, layout.RUN, layout.JOURNAL])
def test_a_closed_run_never_changes(tmp_path: Path, name: str) -> None:
    folder = stores.closed(tmp_path)
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"pi5-a", b"pi6-a").replace(b"harness", b"hornets"))
    with pytest.raises(StoreError, match="changed after the run was closed"):
        read_run(folder)


@pytest.mark.parametrize(("schema", "words"), [(99, "newer harness"), (None, "no schema number")])
def test_other_schemas(tmp_path: Path, schema: int | None, words: str) -> None:
    folder = stores.closed(tmp_path)
    path = folder / layout.MEASUREMENTS
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["schema"] = schema
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    write_manifest(folder)
    with pytest.raises(StoreError, match=words):
        read_run(folder)


def test_fields_of_a_newer_harness_are_no_obstacle(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 1)
    writer.leave()
    path = writer.folder / layout.MEASUREMENTS
    data = json.loads(path.read_text())
    data["colour"] = "blue"
    path.write_text(json.dumps(data) + "\n")
    assert list(read_run(writer.folder).measurements) == stores.rows()[:1]


def test_a_manifest_names_plain_files_only(tmp_path: Path) -> None:
    folder = stores.closed(tmp_path)
    (folder / layout.MANIFEST).write_text("0" * 64 + "  ../../../x\n")
    with pytest.raises(StoreError, match="no file name"):
        read_run(folder)


def test_the_last_attempt_counts(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 3)
    writer.append(made.a_measurement(stores.ITEMS[2], attempt=2))
    writer.leave()
    run = read_run(writer.folder)
    assert [m.status for m in run.measurements] == ["OK", "OK", "OK"]
    assert len(run.attempts) == 4


def test_rows_stand_in_plan_order(tmp_path: Path) -> None:
    rows = stores.rows()
    plan = made.a_plan(rows, stores.ITEMS)
    with RunWriter.create(tmp_path, plan, command="x") as writer:
        for row in reversed(rows):
            writer.append(row)
        writer.leave()
    assert [m.item for m in read_run(writer.folder).measurements] == [m.item for m in rows]


def test_samples_come_back(tmp_path: Path) -> None:
    run = read_run(stores.closed(tmp_path))
    expected = [s for m in stores.rows()[:2] for s in made.samples_of(m)]
    assert list(read_samples(run)) == expected


def test_torn_samples_of_an_open_run(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 2)
    writer.leave()
    path = writer.folder / layout.SAMPLES
    path.write_bytes(path.read_bytes()[:-5])
    assert len(list(read_samples(read_run(writer.folder)))) == 3


def test_account_is_per_board() -> None:
    rows = stores.rows()
    plan = made.a_plan(rows, stores.ITEMS)
    assert account(plan, rows) == ()
    assert account(plan, rows[:1]) == plan.items[1:]


def test_find_and_list(tmp_path: Path) -> None:
    first, second = stores.closed(tmp_path), stores.closed(tmp_path)
    assert find_run(tmp_path, "last").folder == second
    assert [run.id for run in list_runs(tmp_path)] == [first.name, second.name]


def test_a_run_of_schema_1_stays_readable() -> None:
    # written once by that version and never again: new versions add files beside it
    run = read_run(Path(__file__).parents[1] / "golden" / "store" / "schema1")
    assert run.closed
    assert [m.status for m in run.measurements] == ["OK", "OK", "FAILED"]
    assert run.measurements[0].latency_ns == made.a_latency()
    assert run.missing == ()
    assert len(list(read_samples(run))) == 6
