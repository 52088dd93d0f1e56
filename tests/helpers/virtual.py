"""Emulated boards: real SSH to a real foreign Debian, its programs run by qemu (make test-deps).

A board is a set of namespaces with a chroot, an SSH server and a network cable (veth) to this
machine. Its times mean nothing; everything else is as on a board of that architecture.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import pytest

from tests.helpers.sshd import Server, wait_for_banner

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

ARCHES = ("arm64", "armhf", "riscv64")
MACHINES = {"arm64": "aarch64", "armhf": "armv7l", "riscv64": "riscv64"}
_QEMU = {"arm64": "aarch64", "armhf": "arm"}
_SCRIPT = Path(__file__).parent.parent / "virtual" / "board.sh"
_NETS = 250
_START_LIMIT_S = 60.0
_STEP_S = 0.01


def home() -> Path:
    """Return the folder that `make test-deps` fills."""
    cache = os.environ.get("HARNESS_CACHE")
    return (Path(cache) if cache else Path.home() / ".cache" / "harness") / "virtual"


def qemu(arch: str) -> Path:
    """Return the user-mode emulator of a machine (aarch64, arm, riscv64, ... or Debian's name)."""
    program = home() / "qemu10" / "usr" / "bin" / f"qemu-{_QEMU.get(arch, arch)}"
    if not program.is_file():
        pytest.skip(f"no {program.name} 10 here: make test-deps")
    return program


class VirtualBoard:
    """One emulated board, alive between `with` and its end."""

    def __init__(self, arch: str, *, cpu: str = "max", disk_mb: int = 64) -> None:
        self.arch = arch
        self._cpu = cpu
        self._disk_mb = disk_mb
        self._cleanup = contextlib.ExitStack()
        self._keeper: subprocess.Popen[bytes] | None = None
        self._init_pid = 0
        self._cable = ""
        self.folder = Path()

    def __enter__(self) -> Self:
        _require(self.arch)
        try:
            self._start()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    @property
    def server(self) -> Server:
        """The board's SSH server, with `entry()` and `settings()` for a transport."""
        return Server(
            kind="virtual",
            host=self._address(2),
            port=22,
            user="root",
            identity=home() / "id_ed25519",
            host_key=self._host_key,
            folder=self.folder,
            pid=self._init_pid,
        )

    def write(self, path: str, text: str) -> None:
        """Write a file of the board from outside, e.g. a sensor under /sys."""
        self.outside(path).write_text(text)

    def read(self, path: str) -> str:
        """Read a file of the board from outside."""
        return self.outside(path).read_text()

    def freeze(self) -> None:
        """Hang the board: its kernel still acknowledges packets, nothing else happens."""
        self.server.signal_children(signal.SIGSTOP)

    def thaw(self) -> None:
        """End a `freeze`."""
        self.server.signal_children(signal.SIGCONT)

    def unplug(self) -> None:
        """Pull the network cable: packets are lost both ways, nobody is told."""
        _run("ip", "link", "set", self._cable, "down")

    def plug(self) -> None:
        """Put the cable back."""
        _run("ip", "link", "set", self._cable, "up")

    def power_off(self) -> None:
        """Cut the power: everything on the board is gone at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._init_pid, signal.SIGKILL)

    def outside(self, path: str) -> Path:
        """Return a file of the board as it is found from outside, while the board lives."""
        return Path(f"/proc/{self._init_pid}/root{self.folder}/root{path}")

    def _address(self, last: int) -> str:
        return f"10.231.{self._net}.{last}"

    def _start(self) -> None:
        self._net = self._reserve_net()
        self._cable = f"vb{self._net}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"board-{self.arch}-"))
        self._cleanup.callback(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "cpu").write_text(self._cpu + "\n")
        self._host_key = _dropbear_key(self.folder / "host")
        self._unshare()
        with contextlib.suppress(subprocess.CalledProcessError):
            _run("ip", "link", "del", self._cable)
        self._cleanup.callback(_drop_cable, self._cable)
        peer = ("peer", "name", "eth0", "netns", str(self._init_pid))
        _run("ip", "link", "add", self._cable, "type", "veth", *peer)
        _run("ip", "addr", "add", self._address(1) + "/24", "dev", self._cable)
        _run("ip", "link", "set", self._cable, "up")
        self._wait((self.folder / "up").exists, "its SSH server did not start")
        wait_for_banner(self._address(2), 22, _START_LIMIT_S)

    def _reserve_net(self) -> int:
        # one lock file a net: other test sessions on this machine take other nets
        nets = list(range(_NETS))
        random.shuffle(nets)
        for net in nets:
            file = Path(tempfile.gettempdir(), f"harness-board-{net}.lock").open("w")  # noqa: SIM115
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                continue
            self._cleanup.callback(_release, file)
            return net
        raise RuntimeError(f"all {_NETS} nets for emulated boards are taken")

    def _unshare(self) -> None:
        name = f"vb-{self.arch}"
        inside = [_SCRIPT, home(), self.folder, self.arch, name, self._address(2), self._disk_mb]
        argv = ["unshare", "--user", "--mount", "--net", "--pid", "--uts", "--fork"]
        argv += ["--kill-child", "bash", *(str(word) for word in inside)]
        with (self.folder / "log").open("wb") as log:
            keeper = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        self._keeper = keeper
        self._cleanup.callback(_stop, keeper, self)
        own = str(Path("/proc/self/ns/user").readlink())
        self._wait(lambda: _ns(keeper.pid) not in ("", own), "no user namespace")
        children = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children")
        self._wait(lambda: bool(children.read_text().split()), "no pid namespace")
        self._init_pid = int(children.read_text().split()[0])
        for kind in ("gid", "uid"):
            Path(f"/proc/{keeper.pid}/{kind}_map").write_text("0 0 65536\n")
        (self.folder / "go").touch()

    def _wait(self, ready: Callable[[], bool], words: str) -> None:
        assert self._keeper is not None
        deadline = time.monotonic() + _START_LIMIT_S
        while not ready():
            ended = self._keeper.poll() is not None
            if ended or time.monotonic() > deadline:
                log = (self.folder / "log").read_text(errors="replace").strip()
                if "skip: " in log:
                    pytest.skip("emulated boards: " + log.rpartition("skip: ")[2])
                if "unshare failed" in log or "Operation not permitted" in log:
                    pytest.skip(f"emulated boards: namespaces are not allowed here ({log})")
                raise RuntimeError(f"emulated board {self.arch}: {words}; its log: {log}")
            time.sleep(_STEP_S)


def _require(arch: str) -> None:
    if os.getuid() != 0:
        pytest.skip("emulated boards need root")
    for program in ("unshare", "ip", "dropbearkey"):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            pytest.skip(f"emulated boards need {program}: make test-deps")
    qemu(arch)
    if not (home() / "stamp").exists() or not (home() / "root" / arch / "bin").is_dir():
        pytest.skip("no foreign root here: make test-deps")


def _ns(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/user").readlink())
    except OSError:
        return ""


def _run(*argv: str) -> str:
    env = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
    done = subprocess.run(argv, check=True, capture_output=True, text=True, env=env)
    return done.stdout


def _dropbear_key(file: Path) -> str:
    shown = _run("dropbearkey", "-t", "ed25519", "-f", str(file))
    line = next(line for line in shown.splitlines() if line.startswith("ssh-ed25519 "))
    return " ".join(line.split()[:2])


def _drop_cable(cable: str) -> None:
    with contextlib.suppress(subprocess.CalledProcessError):
        _run("ip", "link", "del", cable)


def _release(file: IO[str]) -> None:
    # the file stays: removing it would let two sessions lock two files of one name
    file.close()


def _stop(keeper: subprocess.Popen[bytes], board: VirtualBoard) -> None:
    board.power_off()
    if keeper.stdin is not None:
        keeper.stdin.close()
    keeper.kill()
    keeper.wait()
