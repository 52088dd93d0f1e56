"""Boards by name and tag."""

from __future__ import annotations

import pytest

from harness.errors import UnknownBoardError
from harness.records.board import BoardEntry
from harness.suite.select import select

ENTRIES = {
    "a": BoardEntry(name="a", tags=("arm", "lab")),
    "b": BoardEntry(name="b", tags=("arm",)),
    "local": BoardEntry(name="local"),
}


def test_names_and_tags_each_board_once() -> None:
    chosen = select(("local", "tag:arm", "a"), ENTRIES)
    assert [entry.name for entry in chosen] == ["local", "a", "b"]


def test_missing_boards_say_where_and_what_to_do() -> None:
    with pytest.raises(UnknownBoardError) as caught:
        select(("tag:jetson",), ENTRIES, looked_in="./boards.yaml")
    assert str(caught.value).splitlines() == [
        "no board tagged 'jetson' in boards.yaml (looked in ./boards.yaml)",
        "  add one: harness boards add NAME user@host --tag jetson",
    ]
    with pytest.raises(UnknownBoardError, match="no board named 'x'"):
        select(("x",), ENTRIES)
