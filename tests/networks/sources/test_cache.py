from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import NetworkError
from harness.networks.sources.cache import cache_root, keep, read


def test_the_variable_moves_the_cache(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_root() == empty_cache
    monkeypatch.delenv("HARNESS_CACHE")
    assert cache_root() == Path.home() / ".cache" / "harness"


def test_a_file_is_kept_whole_and_alone(empty_cache: Path) -> None:
    path = empty_cache / "a" / "b"
    keep(path, b"one")
    keep(path, b"two")
    assert read(path) == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["b"]
    assert read(empty_cache / "none") is None


def test_a_cache_that_cannot_be_written_is_named(empty_cache: Path) -> None:
    (empty_cache / "file").write_bytes(b"")
    with pytest.raises(NetworkError, match="HARNESS_CACHE"):
        keep(empty_cache / "file" / "below", b"x")
