"""The index is rebuilt from the files and never trusted over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.records.measurement import Status
from harness.store import layout
from harness.store.index import NAME, history, reindex
from harness.store.writer import RunWriter
from tests.helpers import measurements as made
from tests.helpers import stores


def test_rebuilt_as_often_as_wanted(tmp_path: Path) -> None:
    folders = [stores.closed(tmp_path) for _ in range(3)]
    item = stores.ITEMS[0].item_id
    points = list(history(tmp_path, "id-pi5-a", item))
    assert [p.run for p in points] == [f.name for f in folders]
    assert points[0].p25_ns == pytest.approx(7.62e6)
    (tmp_path / NAME).unlink()
    assert reindex(tmp_path) == (3, ())
    assert list(history(tmp_path, "id-pi5-a", item)) == points


def test_items_without_a_number_are_points_too(tmp_path: Path) -> None:
    stores.closed(tmp_path)
    (point,) = history(tmp_path, "id-pi5-a", stores.ITEMS[2].item_id)
    assert (point.status, point.p25_ns) == ("FAILED", None)


def test_an_unbelieved_number_is_none(tmp_path: Path) -> None:
    bad = made.a_measurement(stores.ITEMS[0], status=Status.INVALID)
    with RunWriter.create(tmp_path, made.a_plan([bad], stores.ITEMS), command="x") as writer:
        writer.append(bad)
        writer.close(4)
    (point,) = history(tmp_path, "id-pi5-a", bad.item)
    assert (point.status, point.p25_ns, point.low_ns) == ("INVALID", None, None)


def test_damaged_runs_are_named_and_left_out(tmp_path: Path) -> None:
    stores.closed(tmp_path)
    (stores.closed(tmp_path) / layout.MEASUREMENTS).write_text("oops\n")
    count, unread = reindex(tmp_path)
    assert count == 1
    assert "changed after the run was closed" in unread[0]


def test_an_unwritable_index(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write the index"):
        reindex(tmp_path / "nothing")
