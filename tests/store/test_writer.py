"""Writing a run: what lies on the disk at each moment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness.errors import EXIT_STORE, ConfigError, StoreError
from harness.store import layout
from harness.store.reader import read_run
from harness.store.writer import RunWriter
from tests.helpers import measurements as made
from tests.helpers import stores


def test_the_plan_stands_before_the_start(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 0)
    plan = json.loads((writer.folder / layout.PLAN).read_text())
    assert plan["run"] == writer.run
    assert plan["schema"] == 1
    assert [entry["id"] for entry in plan["items"]] == [i.item_id for i in stores.ITEMS]
    assert all(entry["board"] == "pi5-a" for entry in plan["items"])
    writer.leave()


def test_every_item_is_on_the_disk_at_once(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 1)
    lines = (writer.folder / layout.MEASUREMENTS).read_text().splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["OK"]
    assert not (writer.folder / layout.MANIFEST).exists()
    writer.leave()


def test_close_writes_the_manifest_last(tmp_path: Path) -> None:
    folder = stores.closed(tmp_path)
    names = [line.split("  ")[1] for line in (folder / layout.MANIFEST).read_text().splitlines()]
    assert names == sorted({p.name for p in folder.iterdir()} - {layout.MANIFEST})
    document = json.loads((folder / layout.RUN).read_text())
    assert document["exit_code"] == 4
    assert document["command"] == "harness run x.yaml"
    assert next(iter(document["environments"].values()))["model"].startswith("Raspberry")


def test_an_exception_leaves_the_run_open(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), stores.begun(tmp_path, 1) as writer:
        raise RuntimeError
    assert not read_run(writer.folder).closed


def test_resume_goes_on_behind_torn_tails(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 1)
    writer.leave()
    for name in (layout.JOURNAL, layout.MEASUREMENTS):
        with (writer.folder / name).open("ab") as file:
            file.write(b'{"torn')
    with RunWriter.resume(writer.folder) as again:
        for m in stores.rows()[1:]:
            again.append(m)
        again.close(0)
    run = read_run(writer.folder)
    assert run.closed
    assert run.missing == ()
    assert [e.board for e in run.environments.values()] == ["pi5-a"]
    assert run.facts.peaks == {"pi5-a": {"w1a1": 1.2e12}}


def test_a_closed_run_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="closed"):
        RunWriter.resume(stores.closed(tmp_path))


def test_one_environment_is_written_once(tmp_path: Path) -> None:
    writer = stores.begun(tmp_path, 0)
    size = (writer.folder / layout.JOURNAL).stat().st_size
    writer.add_environment(made.an_environment())
    assert (writer.folder / layout.JOURNAL).stat().st_size == size
    writer.leave()


def test_an_unwritable_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StoreError, match="cannot write") as caught:
        stores.begun(tmp_path / "results")
    assert caught.value.exit_code == EXIT_STORE
    assert "HARNESS_RESULTS" in caught.value.do


def test_a_full_disk_keeps_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = stores.begun(tmp_path, 2)
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:10]))
    with pytest.raises(StoreError, match="bytes written"):
        writer.append(stores.rows()[2])
    monkeypatch.undo()
    writer.leave()
    run = read_run(writer.folder)
    assert len(run.measurements) == 2
    assert any("torn" in note for note in run.notes)
