"""F12: start-up files that print, with and without a newline, and a banner before the login."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.faults.rig import Room
from tests.helpers import sshd
from tests.helpers.cli import User

if TYPE_CHECKING:
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

KERNELS = "  - {ops: [gemm], schemes: [w1a1, fp32], shapes: [64x64x64]}"
LINE = "x" * 79 + "\n"
# OpenSSH hands the banner to its login process in one message of at most 256 KiB
LARGEST_BANNER = LINE * 3200
MEGABYTE = LINE * 13107
SFTP_PROGRAMS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server")
NOISE = {
    "a line": "echo Welcome to the bench",
    "no newline": "printf 'Welcome > '",
    "what looks like ours": "echo '== system'; echo 'HB1 0 2 00000000 {}'; printf 'HB1 0 '",
    "a megabyte": "head -c 1048576 /dev/zero | tr '\\0' z",
}


def _board(room: Room, folder: Path, rc: str, *options: str) -> Server:
    """Start a server whose user has bash and a talkative .bashrc."""
    home = folder / "home"
    home.mkdir()
    (home / ".bashrc").write_text(f"{rc}\necho complaint >&2\n", encoding="utf-8")
    shell = shutil.which("bash")
    assert shell is not None
    room.at_home(home, shell)
    # the program, not the server's own: it is started by the shell, which talks into it
    program = next((path for path in SFTP_PROGRAMS if Path(path).exists()), "")
    subsystem = f"Subsystem sftp {program}" if program else "# no SFTP"
    return room.enter(sshd.openssh(subsystem, *options, sftp=False))


@pytest.mark.parametrize("noise", NOISE)
def test_a_whole_run_on_a_board_that_talks_at_login(noise: str, tmp_path: Path) -> None:
    with Room() as room:
        (tmp_path / "motd").write_text(MEGABYTE, encoding="utf-8")
        room.cover("/etc/motd", tmp_path / "motd")
        (tmp_path / "banner").write_text(LARGEST_BANNER, encoding="utf-8")
        server = _board(room, tmp_path, NOISE[noise], f"Banner {tmp_path}/banner", "PrintMotd yes")
        heard = _ssh(server, "true")
        assert len(heard.stdout) >= 10, "the shell says nothing: no test"
        assert len(heard.stderr) > 1 << 17, "no banner: no test"
        user = User(tmp_path)
        user.know(server, "talker", dir=str(tmp_path / "board"))
        user.suite("talker", KERNELS)
        ended = user.harness("run", "suite.yaml", "--no-report")
        assert ended.code == 0, ended.err
        rows = user.rows()
        assert len(rows) == 2
        assert {row["status"] for row in rows} <= {"OK", "SUSPECT"}
        assert all(row["check"]["passed"] for row in rows)
    saw = f".bashrc prints {noise}, banner of 256 kB: a whole run, every item measured"
    witness("F12", on="OpenSSH", saw=saw)


def test_what_a_shell_prints_is_no_part_of_any_answer(tmp_path: Path) -> None:
    with Room() as room:
        server = _board(room, tmp_path, NOISE["no newline"])
        transport = open_transport(server.entry(), server.settings(command_timeout_s=5.0))
        assert transport.run(["echo", "ok"]).stdout == b"ok\n"
        assert list(transport.stream(["printf", "a\nb"]).lines()) == [b"a\n", b"b"]
        assert transport.run(["/no/such/program"]).status == 127
        transport.put(b"data" * 1000, str(tmp_path / "file"))
        assert (tmp_path / "file").read_bytes() == b"data" * 1000
        assert transport._pusher._has_sftp is False  # type: ignore[attr-defined]
        transport.close()
    witness("F12", on="OpenSSH", saw="noise spoils SFTP (garbage packet): pushed through a pipe")


def test_a_banner_that_the_server_itself_cannot_send(tmp_path: Path) -> None:
    (tmp_path / "banner").write_text(MEGABYTE, encoding="utf-8")
    with sshd.openssh(f"Banner {tmp_path}/banner") as server:
        begin_s = time.monotonic()
        with pytest.raises(LinkError, match="lost at login"):
            open_transport(server.entry(), server.settings())
        noticed_s = time.monotonic() - begin_s
        assert noticed_s < 15
        assert _ssh(server, "true").returncode == 255
    saw = "banner of 1 MB: this server drops every login, ssh's too; said as a lost login, no hang"
    witness("F12", on="OpenSSH", saw=saw, noticed_s=noticed_s)


def _ssh(server: Server, command: str) -> subprocess.CompletedProcess[bytes]:
    """Ask by the real ssh what it hears."""
    program = shutil.which("ssh")
    if program is None:
        pytest.skip("no ssh here: make test-deps")
    options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    options += ["-o", "BatchMode=yes", "-i", str(server.identity), "-p", str(server.port)]
    place = f"{server.user}@{server.host}"
    return subprocess.run(
        [program, *options, place, command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
