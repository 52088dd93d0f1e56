"""F11: something else lies under the runner's hash before us. It is found out, and never run."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import PushError
from harness.records.board import BoardEntry
from harness.session.deploy import deploy
from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.faults.rig import SHOWN
from tests.faults.rig_disk import CACHE, shelf
from tests.helpers import planted

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.session.deploy import Deployed
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

KINDS = ("openssh", "dropbear", "local")
NOBODY = 65534


def _program(mark: Path) -> bytes:
    return f'#!/bin/sh\ntouch {mark}\nexec {planted.good().path} "$@"\n'.encode()


def _other_program(path: Path, mark: Path) -> None:
    path.write_bytes(_program(mark))
    path.chmod(0o755)


def _read_only_of_somebody_else(path: Path, mark: Path) -> None:
    _other_program(path, mark)
    path.chmod(0o555)
    if os.getuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def _link_to_a_program(path: Path, mark: Path) -> None:
    _other_program(path.parent / "evil", mark)
    path.symlink_to("evil")


def _link_to_the_right_bytes(path: Path, mark: Path) -> None:
    # right today; whoever owns its target can change that between our look and our start
    shutil.copyfile(planted.good().path, path.parent / "elsewhere")
    path.symlink_to("elsewhere")


def _truncated(path: Path, mark: Path) -> None:
    path.write_bytes(planted.good().path.read_bytes()[:1000])


def _same_size(path: Path, mark: Path) -> None:
    data = _program(mark)
    size = planted.good().path.stat().st_size
    path.write_bytes(data + b"#" * (size - len(data)))
    path.chmod(0o755)


def _endless_link(path: Path, mark: Path) -> None:
    path.symlink_to("/dev/zero")


def _pipe(path: Path, mark: Path) -> None:
    os.mkfifo(path, 0o755)


EVILS: tuple[Callable[[Path, Path], None], ...] = (
    _other_program,
    _read_only_of_somebody_else,
    _link_to_a_program,
    _link_to_the_right_bytes,
    _truncated,
    _same_size,
    _endless_link,
    _pipe,
)


def _deploy(server: Server | None, folder: Path) -> Deployed:
    binary = planted.good()
    entry = BoardEntry(name="local", dir=str(folder))
    if server is not None:
        entry = server.entry(dir=str(folder))
    transport = open_transport(entry, server.settings() if server else None)
    try:
        return deploy(transport, entry, binary.path, binary.sha256)
    finally:
        transport.close()


@pytest.mark.parametrize("evil", EVILS, ids=lambda evil: evil.__name__.strip("_"))
@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_there_is_replaced_and_never_run(
    kind: str, evil: Callable[[Path, Path], None], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = None if kind == "local" else request.getfixturevalue(f"{kind}_server")
    binary = planted.good()
    runner = tmp_path / "board" / "harness" / binary.sha256 / "runner"
    runner.parent.mkdir(parents=True)
    mark = tmp_path / "it-ran"
    evil(runner, mark)
    deployed = _deploy(server, tmp_path / "board")
    assert Path(deployed.runner) == runner
    assert runner.is_file()
    assert not runner.is_symlink()
    assert hashlib.sha256(runner.read_bytes()).hexdigest() == binary.sha256
    assert deployed.hello["runner_sha256"] == binary.sha256
    assert not mark.exists()
    words = evil.__name__.strip("_").replace("_", " ")
    witness("F11", on=SHOWN[kind], saw=f"{words}: found out by its bytes, replaced, never run")


def test_the_mark_would_have_been_left(tmp_path: Path) -> None:
    # a test must be able to fail: run by anybody, the evil program leaves its mark
    _other_program(tmp_path / "evil", tmp_path / "it-ran")
    transport = open_transport(BoardEntry(name="local"))
    assert transport.run([str(tmp_path / "evil"), "hello"]).status == 0
    assert (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_its_place_is_an_error(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = None if kind == "local" else request.getfixturevalue(f"{kind}_server")
    runner = tmp_path / "harness" / planted.good().sha256 / "runner"
    (runner / "something").mkdir(parents=True)
    with pytest.raises(PushError, match=r"(?i)is a folder|is a directory"):
        _deploy(server, tmp_path)
    assert [path.name for path in runner.parent.iterdir()] == ["runner"]
    witness(
        "F11", on=SHOWN[kind], saw="a folder under the runner's name: refused, nothing put into it"
    )


def test_a_public_place_that_somebody_else_took_first_is_passed_by() -> None:
    with shelf("OpenSSH", {CACHE: "ro"}) as board:
        taken = Path("/var/tmp/harness")
        board.room.do(taken.mkdir)
        board.room.do(lambda: os.chown(taken, NOBODY, NOBODY))
        board.room.do(lambda: Path("/tmp/harness").symlink_to("/var/tmp"))
        assert board.deploy().directory == "/dev/shm/harness"
        assert board.names(taken) == []
    witness(
        "F11", on="OpenSSH", saw="a folder of another user, and a link, in public places: passed by"
    )
