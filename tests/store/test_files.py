"""Whole files by rename, counted appends, and what a full disk looks like."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import EXIT_STORE, StoreError
from harness.store import files


def test_write_whole_leaves_no_temporary_file(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "a", b"one")
    files.write_whole(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_append_adds(tmp_path: Path) -> None:
    appender = files.Appender(tmp_path / "a")
    appender.append(b"1\n")
    appender.append(b"2\n")
    appender.close()
    assert (tmp_path / "a").read_bytes() == b"1\n2\n"
    with pytest.raises(StoreError, match="closed"):
        appender.append(b"3\n")


def test_a_short_write_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    appender = files.Appender(tmp_path / "a")
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
    with pytest.raises(StoreError, match="3 of 5 bytes") as caught:
        appender.append(b"1234\n")
    assert caught.value.exit_code == EXIT_STORE
    assert "free some space" in caught.value.do
    monkeypatch.undo()
    # nothing may follow a torn tail, and the first cause is not forgotten
    with pytest.raises(StoreError, match=r"\(3 of 5 bytes written\), [0-9.]+ .*B free"):
        appender.append(b"5\n")
    assert (tmp_path / "a").read_bytes() == b"123"


def test_a_real_limit_in_a_child(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from harness.errors import StoreError\n"
        "from harness.store.files import Appender\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "file = Appender(Path(sys.argv[1]))\n"
        "try:\n"
        "    [file.append(b'x' * 299 + b'\\n') for _ in range(9)]\n"
        "except StoreError as error:\n"
        "    sys.exit(error.exit_code)\n"
    )
    path = tmp_path / "a"
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == EXIT_STORE
    assert path.read_bytes().count(b"\n") == 3


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StoreError, match="cannot write"):
        files.Appender(tmp_path / "link")
    with pytest.raises(StoreError, match="cannot read"):
        files.read_bytes(tmp_path / "link")
    files.write_whole(tmp_path / "link", b"yours")  # the rename replaces the link itself
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_unwritable_places_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot write") as caught:
        files.make_folder(tmp_path / "file" / "run")
    assert "HARNESS_RESULTS" in caught.value.do


def test_canonical_refuses_what_json_has_not() -> None:
    assert files.canonical({"a": "\ud800é"}) == '{"a":"\\ud800\\u00e9"}'
    with pytest.raises(ValueError, match="JSON"):
        files.canonical(float("nan"))
