"""F08: a server without SFTP. The runner goes through a pipe, and its sha256 is the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.session.deploy import deploy
from harness.transport.ssh import SshTransport
from tests.faults.ledger import witness
from tests.faults.rig import Room
from tests.helpers import planted, sshd

if TYPE_CHECKING:
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

# where OpenSSH's program lies, which dropbear would start too
SFTP_PROGRAMS = ("/usr/lib/openssh/sftp-server", "/usr/lib/sftp-server", "/usr/libexec/sftp-server")


def _hide_sftp(room: Room, empty: Path) -> None:
    empty.touch()
    for program in {Path(name).resolve() for name in SFTP_PROGRAMS}:
        if program.exists():
            room.cover(str(program), empty)


def _push(server: Server, folder: Path) -> None:
    binary = planted.good()
    transport = SshTransport(server.entry(), server.settings())
    entry = server.entry(dir=str(folder))
    deployed = deploy(transport, entry, binary.path, binary.sha256)
    assert transport._pusher._has_sftp is False
    assert deployed.hello["runner_sha256"] == binary.sha256
    runner = Path(deployed.runner)
    assert hashlib.sha256(runner.read_bytes()).hexdigest() == binary.sha256
    assert runner.stat().st_mode & 0o777 == 0o755
    assert [p.name for p in runner.parent.iterdir()] == ["runner"]
    for size in (0, 1, 3_000_000):
        data = bytes(n * 7 % 251 for n in range(size))
        transport.put(data, str(folder / "blob"))
        assert (folder / "blob").read_bytes() == data
    transport.close()


@pytest.mark.parametrize("kind", ["OpenSSH", "dropbear"])
def test_the_runner_is_pushed_through_a_pipe(kind: str, tmp_path: Path) -> None:
    with Room() as room:
        _hide_sftp(room, tmp_path / "empty")
        server = room.enter(sshd.openssh(sftp=False) if kind == "OpenSSH" else sshd.dropbear())
        folder = tmp_path / "board"
        folder.mkdir()
        _push(server, folder)
    witness("F08", on=kind, saw="pushed through a pipe; same sha256, mode and bytes; it ran")
