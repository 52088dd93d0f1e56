"""F24: an item that wants more memory than there is fails by itself, and says what it lacked."""

from __future__ import annotations

import contextlib
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.ledger import witness
from tests.faults.rig import Room
from tests.helpers import sshd
from tests.helpers.cli import User
from tests.kernels.runner_rig import Rig, Value, kernel, native

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.sshd import Server

# the large one needs some 600 MB, the small one next to nothing
LARGE = "1x8192x8192"
GEMMS = f"  - {{ops: [gemm], schemes: [fp32], shapes: [64x64x64, {LARGE}]}}"
LIMIT_KIB = 300_000

GREEDY = """
import os, sys
if sys.argv[1] == "ask": bytearray(1 << 40)
with open(sys.argv[2], "w") as file: file.write("nr_free_pages 1\\noom_kill 8\\n")
os.kill(os.getpid(), 9)
"""


def check_one_failed(user: User, board: str) -> str:
    """Hold that the large item alone failed for want of memory; return its words."""
    rows = {row["shape"]: row for row in user.rows()}
    assert rows["64x64x64"]["board"] == board
    assert rows["64x64x64"]["status"] in {"OK", "SUSPECT"}, rows["64x64x64"]
    assert rows["64x64x64"]["inferences_per_s"] > 0
    bad = rows[LARGE]
    assert bad["status"] == "FAILED", bad
    assert "inferences_per_s" not in bad
    words: str = bad["reasons"][0]["words"]
    assert "memory" in words
    return words


@pytest.mark.sshd
def test_an_address_space_limit_around_the_sessions(tmp_path: Path) -> None:
    force = f'ForceCommand ulimit -v {LIMIT_KIB}; exec sh -c "$SSH_ORIGINAL_COMMAND"'
    user = User(tmp_path)
    user.suite("narrow", GEMMS)
    with sshd.openssh(force, sftp=False) as server:
        user.know(server, "narrow", dir=str(tmp_path / "board"))
        began = time.monotonic()
        ended = user.harness("run", "suite.yaml")
        took_s = time.monotonic() - began
    assert ended.code == 4, ended.err
    words = check_one_failed(user, "narrow")
    assert words.startswith("no memory for ")
    witness(
        "F24",
        on="OpenSSH, ulimit -v around its sessions",
        saw=f"FAILED ({words}) in a run of {took_s:.0f} s; the small item beside it is measured",
    )


def cgroup(limit_bytes: int) -> Path | None:
    """Make a memory cgroup of either version; None where this user may not."""
    for base, limits in (
        ("/sys/fs/cgroup", ("memory.max", "memory.swap.max")),
        ("/sys/fs/cgroup/memory", ("memory.limit_in_bytes",)),
    ):
        folder = Path(base) / f"harness-test-{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):
            folder.mkdir()
            if (folder / limits[0]).exists():
                (folder / limits[0]).write_text(str(limit_bytes))
                for name in limits[1:]:
                    (folder / name).write_text("0")
                return folder
            folder.rmdir()
    return None


@contextlib.contextmanager
def narrow_server(folder: Path | None) -> Iterator[Server]:
    """Run a server in the cgroup, if there is one."""
    try:
        with sshd.openssh(sftp=False) as server:
            if folder is not None:
                (folder / "cgroup.procs").write_text(str(server.pid))
            yield server
    finally:
        # only an empty group can be removed, and the last process takes its moment
        for _ in range(100):
            with contextlib.suppress(OSError):
                if folder is not None:
                    folder.rmdir()
                break
            time.sleep(0.05)


@pytest.mark.sshd
def test_a_memory_cgroup_around_the_server(tmp_path: Path) -> None:
    folder = cgroup(200 << 20)
    user = User(tmp_path)
    user.suite("group", GEMMS if folder else GEMMS.replace(f", {LARGE}", ""))
    with narrow_server(folder) as server:
        user.know(server, "group", dir=str(tmp_path / "board"))
        ended = user.harness("run", "suite.yaml")
    if folder is None:  # nothing to see on this machine, but that the road is open
        assert ended.code == 0, ended.err
        return
    assert ended.code == 4, ended.err
    words = check_one_failed(user, "group")
    assert "signal 9 (SIGKILL)" in words
    assert "out of memory, says the kernel" in words
    witness(
        "F24",
        on="OpenSSH in a memory cgroup of 200 MB",
        saw=f"FAILED ({words}); the small item beside it is measured",
    )


def plain(words: str) -> str:
    """Return words of the runner without this machine's paths."""
    return words.replace(sys.executable, "python3")


def program(rig: Rig, *args: str) -> dict[str, object]:
    """Run a script as an item, beside a kernel that must not suffer; return its last word."""
    script, expected = rig.blob(GREEDY.encode()), rig.blob(b"\0\0\0\0")
    argv = (sys.executable, f"blob:{script}", *args)
    item: dict[str, Value] = {
        "id": "p",
        "kind": "program",
        "arg": argv,
        "expected": expected,
        "tolerance_ppm": 1,
    }
    done = rig.execute(rig.job("r1", [item, kernel("k")]))
    assert done.status == 0, done.stderr
    assert done.final("k")["status"] == "done"
    assert done.final("p")["status"] == "failed"
    return done.final("p")


def test_a_program_that_cannot_get_memory_fails_in_its_own_words(tmp_path: Path) -> None:
    limit = ["prlimit", "--as=4000000000"]
    rig = Rig(tmp_path, native(), limit)
    words = str(program(rig, "ask", str(tmp_path / "unused"))["words"])
    assert words.startswith("exit status 1 of program ")
    assert words.endswith(": MemoryError")
    witness(
        "F24", on="a worker script under an address space limit", saw=f"FAILED ({plain(words)})"
    )


@pytest.mark.parametrize("kills", [7, 8])
def test_a_kill_is_put_down_to_memory_when_the_kernel_counts_one(
    tmp_path: Path, kills: int
) -> None:
    vmstat = tmp_path / "vmstat"
    vmstat.write_text(f"nr_free_pages 1\noom_kill {kills}\n")
    with Room() as room:
        room.cover("/proc/vmstat", vmstat)
        rig = Rig(tmp_path, native())
        words = str(room.do(lambda: program(rig, "die", str(vmstat)))["words"])
    assert words.startswith("signal 9 (SIGKILL) in program ")
    assert ("out of memory, says the kernel" in words) == (kills == 7)
    assert ("perhaps out of memory" in words) == (kills == 8)
    witness(
        "F24",
        on=f"SIGKILL, the kernel's count of OOM kills {'rose' if kills == 7 else 'stood'}",
        saw=f"FAILED ({plain(words)})",
    )
