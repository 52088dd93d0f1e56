"""Run ids, folders and how a run is named."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
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


@given(st.text(max_size=80))
def test_no_name_leads_out(name: str) -> None:
    root = Path("/nowhere/results")
    try:
        folder = layout.run_folder(root, name)
    except StoreError:
        return
    assert folder.parent.parent.parent == root


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
    for nothing in ("", "zz", "../x"):
        with pytest.raises(ConfigError, match="no run") as caught:
            layout.find_folder(tmp_path, nothing)
        assert caught.value.exit_code == EXIT_USAGE


def test_last_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run 'last' among 0"):
        layout.find_folder(tmp_path, "last")
