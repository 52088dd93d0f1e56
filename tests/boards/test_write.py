"""Adding a board keeps every byte the user wrote, or changes nothing."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.boards.inventory import Inventory, entries_of
from harness.boards.write import add_entry, check_new
from harness.config.document import load
from harness.errors import ConfigError
from harness.records.board import BoardEntry

if TYPE_CHECKING:
    from pathlib import Path

OLD = """# my shelf
boards:
    # the oldest
    pi:   {host: pi.lan}   # do not touch
    nano:
        host: nano.lan
        tags: [jetson]
# end"""
NEW = BoardEntry(name="orin", host="10.0.0.7", user="me", port=2222, tags=("jetson", "true"))


def inventory(path: Path) -> Inventory:
    return Inventory(entries={}, path=path)


def test_comments_and_order_stay(tmp_path: Path) -> None:
    path = tmp_path / "boards.yaml"
    path.write_text(OLD)
    path.chmod(0o600)
    assert add_entry(inventory(path), NEW) == path
    text = path.read_text()
    assert text.startswith(OLD + "\n    orin: {")
    assert entries_of(load(path))["orin"] == NEW
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("old", [None, "", "\n", "# only a comment", "boards:\n  a: {}\n"])
def test_new_and_nearly_empty_files(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "deep" / "boards.yaml"
    if old is not None:
        path.parent.mkdir()
        path.write_text(old)
    add_entry(inventory(path), NEW)
    assert entries_of(load(path))["orin"] == NEW
    assert path.read_text().startswith(old or "")


def test_without_a_file_the_users_folder_gets_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CONFIG", str(tmp_path))
    assert add_entry(Inventory(entries={}), NEW) == tmp_path / "boards.yaml"


@pytest.mark.parametrize(
    ("old", "words"),
    [
        ("boards: {orin: {host: x}}\n", "already there"),
        ("boards: {a: {}}\n", "."),
        ("boards:\n  a: {}\n...\n", "."),
        ("boards:\n  a: {hots: x}\n", "unknown key"),
    ],
)
def test_refusals_change_nothing(tmp_path: Path, old: str, words: str) -> None:
    path = tmp_path / "boards.yaml"
    path.write_text(old)
    with pytest.raises(ConfigError, match=words):
        add_entry(inventory(path), NEW)
    assert path.read_text() == old


def test_values_are_checked_like_the_file(tmp_path: Path) -> None:
    path = tmp_path / "boards.yaml"
    with pytest.raises(ConfigError):
        add_entry(inventory(path), BoardEntry(name="x", host="-oProxyCommand=sh"))
    assert not path.exists()


def test_check_new(tmp_path: Path) -> None:
    path = tmp_path / "boards.yaml"
    check_new(inventory(path), NEW)
    path.write_text("boards: {orin: {}}")
    with pytest.raises(ConfigError, match="already there"):
        check_new(inventory(path), NEW)


NAMES = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=8)


@given(
    NAMES, NAMES, st.lists(NAMES, unique=True, max_size=3), st.sampled_from(["", "~/k y", "/k:#'"])
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
def test_what_is_written_is_what_is_read(
    tmp_path: Path, name: str, host: str, tags: list[str], identity: str
) -> None:
    path = tmp_path / "boards.yaml"
    path.unlink(missing_ok=True)
    entry = BoardEntry(name=name, host=host, tags=tuple(tags), identity=identity or None)
    add_entry(inventory(path), entry)
    assert entries_of(load(path))[name] == entry
