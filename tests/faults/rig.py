"""Rooms: threads in mount and network namespaces of their own, for disks and nets that fail.

Whatever a room's thread starts lives in the room, SSH servers above all; the machine's own mounts,
routes and packet rules are never touched, and nothing is left when thread and servers have ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from tests.helpers.sshd import Server

T = TypeVar("T")
# what the fixtures' servers are called in the ledger
SHOWN = {"openssh": "OpenSSH", "dropbear": "dropbear", "local": "this machine"}
_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_NETS = 250
# what comes for the cable's end is handed to the servers, which listen on 127.0.0.1 of the room
_NET = """\
table ip rig {
  chain hand_on { type nat hook prerouting priority -100; iifname "eth0" dnat to 127.0.0.1; }
}
"""
_DROP = """\
table inet lost {
  chain arriving { type filter hook prerouting priority -300; policy drop; }
  chain leaving { type filter hook output priority -300; policy drop; }
}
"""


class Room:
    """One thread in its own mounts; with `net`, also behind a cable (veth) of its own."""

    def __init__(self, *, net: bool = False) -> None:
        self._net = net
        self._cable = ""
        self._cleanup = contextlib.ExitStack()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room")
        self.host = "127.0.0.1"

    def __enter__(self) -> Self:
        if os.getuid() != 0:
            pytest.skip("namespaces for faults need root")
        self._cleanup.callback(self._thread.shutdown)
        try:
            self.do(self._move_in)
            if self._net:
                self._plug_in()
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

    def do(self, act: Callable[[], T]) -> T:
        """Do something in the room."""
        return self._thread.submit(act).result()

    def enter(self, manager: AbstractContextManager[Server]) -> Server:
        """Start a server in the room; it ends with the room. Its host is where to reach it."""
        server = self.do(lambda: self._cleanup.enter_context(manager))
        return replace(server, host=self.host)

    def mount(self, folder: Path | str, options: str) -> str:
        """Put an empty memory disk over `folder`, seen in the room only."""
        argv = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        self.do(lambda: run(*argv))
        return str(folder)

    def cover(self, path: str, file: Path) -> None:
        """Let `path` be `file`, in the room only."""
        self.do(lambda: run("mount", "--bind", str(file), path))

    def at_home(self, folder: Path, shell: str = "/bin/sh") -> None:
        """Let the user who logs in have `folder` as home and another shell, in the room only."""
        text = Path("/etc/passwd").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("root:")]
        text = "\n".join([f"root:x:0:0:root:{folder}:{shell}", *lines, ""])
        self.do(lambda: (folder / "passwd").write_text(text))
        self.cover("/etc/passwd", folder / "passwd")

    def slow(self, mbit: int) -> None:
        """Let what is sent to the room go at `mbit` Mbit/s."""
        rate = ("root", "tbf", "rate", f"{mbit}mbit", "burst", "64kb", "latency", "50ms")
        run("tc", "qdisc", "add", "dev", self._cable, *rate)

    def drop(self) -> None:
        """Lose all packets from and to the room from now on; nobody is told."""
        self.do(lambda: run("nft", "-f", "-", text=_DROP))

    def mend(self) -> None:
        """End a `drop`."""
        self.do(lambda: run("nft", "delete", "table", "inet", "lost"))

    def _move_in(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNS | (_CLONE_NEWNET if self._net else 0)) != 0:
            pytest.skip(f"namespaces are not allowed here ({os.strerror(ctypes.get_errno())})")
        run("mount", "--make-rprivate", "/")
        if self._net:
            run("ip", "link", "set", "lo", "up")

    def _plug_in(self) -> None:
        if shutil.which("nft", path=_PATH) is None:
            pytest.skip("no nft here: make test-deps")
        number = _take_cable(str(self.do(threading.get_native_id)))
        self._cable = f"rig{number}"
        self._cleanup.callback(_unplug, self._cable)
        run("ip", "addr", "add", f"10.232.{number}.1/24", "dev", self._cable)
        run("ip", "link", "set", self._cable, "up")
        self.host = f"10.232.{number}.2"
        self.do(lambda: run("ip", "addr", "add", f"{self.host}/24", "dev", "eth0"))
        self.do(lambda: run("ip", "link", "set", "eth0", "up"))
        local = Path("/proc/sys/net/ipv4/conf/eth0/route_localnet")
        self.do(lambda: local.write_text("1"))
        self.do(lambda: run("nft", "-f", "-", text=_NET))


def _take_cable(thread: str) -> int:
    # the name is the reservation: other test sessions on this machine take other numbers
    for number in random.sample(range(_NETS), _NETS):
        ends = (f"rig{number}", "type", "veth", "peer", "name", "eth0", "netns", thread)
        with contextlib.suppress(OSError):
            run("ip", "link", "add", *ends)
            return number
    pytest.skip("no network cable (veth) can be made here")


def run(*argv: str, text: str = "") -> None:
    """Run a command of this machine; OSError with its words when it fails."""
    env = {**os.environ, "PATH": _PATH}
    done = subprocess.run(argv, check=False, capture_output=True, text=True, input=text, env=env)
    if done.returncode != 0:
        raise OSError(f"{' '.join(argv)}: {done.stderr.strip()}")


def _unplug(cable: str) -> None:
    with contextlib.suppress(OSError):
        run("ip", "link", "del", cable)
