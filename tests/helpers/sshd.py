"""Real SSH servers on 127.0.0.1: OpenSSH and dropbear, each with its own keys and configuration."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.records.board import BoardEntry
from harness.transport.base import LinkSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_START_LIMIT_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running SSH server: who may log in, and by which key it is known."""

    kind: str  # openssh | dropbear | virtual
    host: str
    port: int
    user: str
    identity: Path
    host_key: str  # as it stands in a .pub file: type and base64
    folder: Path
    pid: int

    def entry(self, name: str = "board", **changes: object) -> BoardEntry:
        """Return the inventory entry of this server."""
        values: dict[str, object] = {
            "name": name,
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "identity": str(self.identity),
        }
        return BoardEntry(**{**values, **changes})  # type: ignore[arg-type]

    def settings(self, **changes: object) -> LinkSettings:
        """Return settings that believe this server's host key, and no file of the user's."""
        known = self.folder / "known_hosts"
        if not known.exists():
            name = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
            known.write_text(f"{name} {self.host_key}\n")
        values: dict[str, object] = {
            "known_hosts": known,
            "believed_hosts": (),
            "ssh_config": "none",
        }
        return LinkSettings(**{**values, **changes})  # type: ignore[arg-type]

    def children(self) -> list[int]:
        """Return all processes below the server, parents first: one for each login, and more."""
        found: list[int] = []
        below = [self.pid]
        while below:
            parent = below.pop(0)
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    new = [int(word) for word in task.read_text().split()]
                    found += new
                    below += new
        return found

    def signal_children(self, number: signal.Signals) -> None:
        """Send a signal to everything the server has started: hang it or cut it off."""
        for pid in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill_logins(self, spared: Collection[int] = (), *, for_good: bool = False) -> None:
        """Kill the processes of its logins, and with them the links; a worker is none of them.

        `for_good`: the server too, before them.
        """
        children = self.children()  # asked first: those of a dead server are nobody's
        if for_good:
            os.kill(self.pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(OSError):  # one that has ended by itself is as good
                name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
                if pid not in spared and name.startswith(("sshd", "dropbear")):
                    os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_key(file: Path, kind: str = "ed25519") -> str:
    """Make a key pair and return its public line."""
    argv = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(file)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return file.with_suffix(".pub").read_text().strip()


def wait_for_banner(host: str, port: int, limit_s: float = _START_LIMIT_S) -> None:
    """Wait until an SSH server greets; a forwarder that only accepts does not count."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((host, port), 2) as probe:
            probe.settimeout(2)
            if probe.recv(4) == b"SSH-":
                return
        time.sleep(0.05)
    raise TimeoutError(f"no SSH server on {host}:{port} within {limit_s} s")


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"no {name} here: make test-deps")
    return found


@contextmanager
def openssh(*options: str, sftp: bool = True) -> Iterator[Server]:
    """Run OpenSSH's sshd; `options` are lines of sshd_config that come first, so they win."""
    program = _program("sshd")
    with tempfile.TemporaryDirectory(prefix="sshd-") as name:
        folder = Path(name)
        host_key = make_key(folder / "host")
        allowed = make_key(folder / "id")
        (folder / "authorized_keys").write_text(allowed + "\n")
        port = free_port()
        lines = [
            *options,
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {folder}/host",
            f"AuthorizedKeysFile {folder}/authorized_keys",
            f"PidFile {folder}/pid",
            "UsePAM no",
            "StrictModes no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            # of this one sshd takes the last
            *([] if any(o.startswith("MaxStartups") for o in options) else ["MaxStartups 100"]),
            "LogLevel VERBOSE",
        ]
        lines += ["Subsystem sftp internal-sftp"] if sftp else []
        (folder / "sshd_config").write_text("\n".join([*lines, ""]))
        if os.getuid() == 0:  # its own place, empty, where it drops its rights
            Path("/run/sshd").mkdir(mode=0o755, parents=True, exist_ok=True)
        argv = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
        with _serving("openssh", argv, folder, port, host_key) as server:
            yield server


@contextmanager
def dropbear() -> Iterator[Server]:
    """Run dropbear, which has no SFTP of its own and reads keys from the user's home only."""
    program = _program("dropbear")
    keygen = _program("dropbearkey")
    if os.getuid() != 0:
        pytest.skip("dropbear needs root: its user's home is put elsewhere in a mount namespace")
    with tempfile.TemporaryDirectory(prefix="dropbear-") as name:
        folder = Path(name)
        allowed = make_key(folder / "id")
        (folder / ".ssh").mkdir(mode=0o700)
        (folder / ".ssh" / "authorized_keys").write_text(allowed + "\n")
        (folder / ".ssh" / "authorized_keys").chmod(0o600)
        (folder / "passwd").write_text(f"root:x:0:0:root:{folder}:/bin/sh\n")
        made = subprocess.run(
            [keygen, "-t", "ed25519", "-f", str(folder / "host")],
            check=True,
            capture_output=True,
            text=True,
        )
        host_key = next(x for x in made.stdout.splitlines() if x.startswith("ssh-ed25519 "))
        port = free_port()
        argv = [program, "-F", "-E", "-s", "-p", f"127.0.0.1:{port}"]
        argv += ["-r", str(folder / "host"), "-P", str(folder / "pid")]
        with _serving("dropbear", _with_passwd(folder, argv), folder, port, host_key) as server:
            yield server


def _with_passwd(folder: Path, argv: list[str]) -> list[str]:
    script = 'mount --bind "$1" /etc/passwd && shift && exec "$@"'
    inside = ["sh", "-c", script, "sh", str(folder / "passwd"), *argv]
    return ["unshare", "--mount", "--propagation", "private", *inside]


@contextmanager
def _serving(
    kind: str, argv: list[str], folder: Path, port: int, host_key: str
) -> Iterator[Server]:
    log = folder / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(
        kind=kind,
        host="127.0.0.1",
        port=port,
        user=getpass.getuser(),
        identity=folder / "id",
        host_key=" ".join(host_key.split()[:2]),
        folder=folder,
        pid=child.pid,
    )
    try:
        wait_for_banner("127.0.0.1", port)
        yield server
    except TimeoutError as error:
        raise TimeoutError(f"{error}; its log: {log.read_text(errors='replace')}") from None
    finally:
        server.signal_children(signal.SIGCONT)
        server.signal_children(signal.SIGKILL)
        child.kill()
        child.wait()
