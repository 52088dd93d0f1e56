"""Run ids, folders and how a run is named."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import EXIT_USAGE, ConfigError, StoreError
from harness.store import layout
from tests.helpers import stores


def test_ids_sort_by_time_and_look_like_uuid7() -> None:
    ids = [layout.new_run_id() for _ in range(500)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", i) for i in ids)
    assert abs(layout.run_time(ids[0]) - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_folder_follows_the_ids_time(tmp_path: Path) -> None:
    run = "019aa5f0c8e67b3e8f1a2b3c4d5e6f70"
    folder = layout.run_folder(tmp_path, run)
    moment = layout.run_time(run)
    assert folder == tmp_path / f"{moment:%Y}" / f"{moment:%m}" / run


def test_links_out_of_the_root_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "results", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    run = layout.new_run_id()
    (root / f"{layout.run_time(run):%Y}").symlink_to(outside)
    with pytest.raises(StoreError, match="out of the results"):
        layout.run_folder(root, run)


def test_runs_behind_links_are_not_listed(tmp_path: Path) -> None:
    folder = stores.closed(tmp_path / "a")
    other = tmp_path / "b" / "2026" / "11"
    other.mkdir(parents=True)
    (other / folder.name).symlink_to(folder)
    assert list(layout.list_folders(tmp_path / "a")) == [folder]
    assert list(layout.list_folders(tmp_path / "b")) == []


@pytest.mark.parametrize("name", [layout.JOURNAL, layout.MEASUREMENTS, layout.MANIFEST])
def test_a_run_that_lost_its_plan_is_not_passed_over(tmp_path: Path, name: str) -> None:
    folder = stores.closed(tmp_path)
    for path in folder.iterdir():
        if path.name != name:
            path.unlink()
    (tmp_path / "2026" / "11" / "empty").mkdir(parents=True)
    assert list(layout.list_folders(tmp_path)) == [folder]
    assert layout.find_folder(tmp_path, "last") == folder


def test_results_root_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_RESULTS", "/data/results")
    assert layout.results_root() == Path("/data/results")
    monkeypatch.delenv("HARNESS_RESULTS")
    assert layout.results_root() == Path("results")


def test_find_by_id_beginning_last_and_path(tmp_path: Path) -> None:
    first, second = stores.closed(tmp_path), stores.closed(tmp_path)
    assert layout.find_folder(tmp_path, first.name) == first
    assert layout.find_folder(tmp_path, "last") == second
    assert layout.find_folder(tmp_path, os.fspath(first)) == first
    pairs = enumerate(zip(first.name, second.name, strict=True))
    shared = first.name[: next(i for i, (a, b) in pairs if a != b)]
    assert layout.find_folder(tmp_path, first.name[: len(shared) + 1]) == first
    with pytest.raises(ConfigError, match="2 runs begin with"):
        layout.find_folder(tmp_path, shared)
    for nothing in ("", "zz", "../x", "x" * 5000, "~nobody-of-this-name/x", "a\x00", "$(x)"):
        with pytest.raises(ConfigError, match="no run") as caught:
            layout.find_folder(tmp_path, nothing)
        assert caught.value.exit_code == EXIT_USAGE


def test_last_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run 'last' among 0"):
        layout.find_folder(tmp_path, "last")


def test_one_id_in_two_folders_asks_for_a_path(tmp_path: Path) -> None:
    folder = stores.closed(tmp_path)
    copy = tmp_path / "2001" / "01" / folder.name
    shutil.copytree(folder, copy)
    for words in (folder.name, folder.name[:20]):
        with pytest.raises(ConfigError, match="2 folders hold run") as caught:
            layout.find_folder(tmp_path, words)
        assert str(copy) in caught.value.do
        assert str(folder) in caught.value.do
    assert layout.find_folder(tmp_path, str(copy)) == copy


ID = "019aa5f0c8e67b3e8f1a2b3c4d5e6f70"
PARTS = ["..", ".", "/", "\\", "~", "a", ID, "last", "plan.json", "\x00", "\n", "2026", "*", "-o"]
WORDS = st.text(max_size=80) | st.lists(st.sampled_from(PARTS), max_size=8).map("".join)


@given(WORDS)
def test_a_new_run_lies_in_the_root_or_nowhere(name: str) -> None:
    root = Path("/nowhere/results")
    try:
        folder = layout.run_folder(root, name)
    except StoreError:
        return
    assert folder.resolve().relative_to(root).parts[2] == name
    assert folder.parent.parent.parent == root


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(WORDS)
def test_what_is_found_is_a_run_that_lies_there(tmp_path: Path, words: str) -> None:
    """Whatever is asked for: the run, or a declared error; never the folder behind a link."""
    root, away = tmp_path / "results", tmp_path / "away"
    run = root / "2026" / "11" / ID
    if not root.exists():
        for folder in (run, away / "x" / ("0" + ID[1:])):
            folder.mkdir(parents=True)
            (folder / layout.PLAN).write_text("{}")
        (root / "2027").symlink_to(away)
        (root / "2026" / "10").symlink_to(away / "x")
    try:
        assert layout.find_folder(root, words) == run
    except ConfigError:
        assert not run.name.startswith(words.lower() or "no")
