"""Where the runner goes on this machine; disks and evil files: tests/faults/test_f09* to f11*."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

import pytest

from harness.errors import ConfigError, ProtocolError, PushError
from harness.records.board import BoardEntry
from harness.records.item import Blob
from harness.session import deploy as room
from harness.session.deploy import deploy, push_blobs, say_hello
from harness.transport.local import LocalTransport
from tests.helpers import planted

if TYPE_CHECKING:
    from pathlib import Path

    from harness.session.deploy import Deployed
    from harness.toolchain.build import Binary


@functools.cache
def _binary() -> Binary:
    # once: where it is built depends on HOME, which the tests change
    return planted.good()


@pytest.fixture(autouse=True)
def _built() -> None:
    _binary()


def _deploy(directory: Path | None, **changes: str) -> Deployed:
    binary = _binary()
    entry = BoardEntry(name="local", dir=None if directory is None else str(directory))
    return deploy(LocalTransport(), entry, binary.path, binary.sha256, **changes)


def test_a_fixed_directory_holds_runner_and_lease(tmp_path: Path) -> None:
    deployed = _deploy(tmp_path)
    assert deployed.directory == f"{tmp_path}/harness"
    assert deployed.runner == f"{tmp_path}/harness/{_binary().sha256}/runner"
    assert deployed.lease == f"{tmp_path}/harness.lock"
    assert deployed.hello["kind"] == "hello"
    assert deployed.hello["runner_sha256"] == _binary().sha256


def test_a_runner_that_is_there_is_not_pushed_again(tmp_path: Path) -> None:
    runner = tmp_path / "harness" / _binary().sha256 / "runner"
    _deploy(tmp_path)
    first = runner.stat()
    _deploy(tmp_path)
    assert (runner.stat().st_ino, runner.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


def test_the_home_comes_first_and_then_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _deploy(None).directory == f"{tmp_path}/.cache/harness"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(room, "FALLBACKS", (str(tmp_path / "next"),))
    assert _deploy(None).directory == f"{tmp_path}/next/harness"


def test_a_link_in_a_public_place_is_passed_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, other = tmp_path / "public", tmp_path / "other"
    public.mkdir()
    (public / "harness").symlink_to(tmp_path)
    monkeypatch.setenv("HOME", "nowhere")
    monkeypatch.setattr(room, "FALLBACKS", (str(public), str(other)))
    assert _deploy(None).directory == f"{other}/harness"


def test_no_room_for_results_is_refused_and_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SPOOL_ROOM_BYTES", 1 << 60)
    with pytest.raises(PushError, match=r"\d+ bytes free"):
        _deploy(tmp_path / "board")
    assert list((tmp_path / "board").iterdir()) == []


def test_what_lies_beside_the_runner_stays_when_a_directory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "harness" / "runs" / "old.spool"
    spool.parent.mkdir(parents=True)
    spool.write_text("kept")
    monkeypatch.setattr(room, "SPOOL_ROOM_BYTES", 1 << 60)
    with pytest.raises(PushError):
        _deploy(tmp_path)
    assert spool.read_text() == "kept"
    assert [path.name for path in (tmp_path / "harness").iterdir()] == ["runs"]


def test_a_runner_that_was_there_stays_when_its_directory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = _deploy(tmp_path)
    monkeypatch.setattr(room, "SPOOL_ROOM_BYTES", 1 << 60)
    with pytest.raises(PushError):
        _deploy(tmp_path)
    assert os.access(deployed.runner, os.X_OK)


def test_a_word_that_is_no_feature_is_the_users_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="isa"):
        _deploy(tmp_path, isa_mask="no-such-feature")


def test_a_program_that_is_no_runner_is_no_hello(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("#!/bin/sh\necho hello\necho why >&2\nexit 5\n")
    (tmp_path / "program").chmod(0o755)
    with pytest.raises(ProtocolError, match=r"exit 5.*why"):
        say_hello(LocalTransport(), str(tmp_path / "program"))


def test_blobs_are_pushed_once_and_again_when_they_are_damaged(tmp_path: Path) -> None:
    deployed = _deploy(tmp_path)
    data = b"weights" * 100
    blob = Blob.of(data)
    path = tmp_path / "harness" / "blobs" / blob.sha256
    push_blobs(LocalTransport(), deployed, [blob, blob])
    first = path.stat().st_ino
    push_blobs(LocalTransport(), deployed, [blob])
    assert path.stat().st_ino == first
    path.write_bytes(b"damaged")
    push_blobs(LocalTransport(), deployed, [blob])
    assert path.read_bytes() == data
    push_blobs(LocalTransport(), deployed, [])
