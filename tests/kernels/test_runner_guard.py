"""The guard on fake roots: what it may touch, and that everything comes back, come what may."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import wait_for
from tests.helpers import knobs
from tests.helpers.knobs import CPUFREQ, GOVERNOR, MAX, MIN
from tests.kernels.runner_rig import Rig, native, read_frames

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

LIMIT_S = 30


def order(*lines: str) -> bytes:
    """Return an order of `set PATH VALUE`, `keep PATH` and `mode ID` lines."""
    out = ["guard 1"]
    for line in lines:
        word, _, rest = line.partition(" ")
        path, _, value = rest.partition(" ")
        out.append(line if word == "mode" else f"set {len(path)}:{path} {len(value)}:{value}")
    return "\n".join([*out, "end", ""]).encode()


@dataclass
class Board:
    """A fake root, a folder for the guard and a lease that nobody holds yet."""

    rig: Rig
    root: Path
    lease: Path

    def call(self, text: bytes | None, *, wait_s: int = 60, **env: str) -> Any:
        """Run the verb: set with an order, restore without."""
        argv = [str(self.rig.runner), "guard", str(self.rig.folder), str(self.root)]
        if text is not None:
            argv += [str(self.lease), "600", str(wait_s)]
        return subprocess.run(
            argv,
            input=text or b"",
            capture_output=True,
            check=False,
            timeout=LIMIT_S,
            env={**os.environ, **env},
        )

    def sets(self, *lines: str, **more: Any) -> dict[str, Any]:
        """Start a guard; return its report."""
        done = self.call(order(*lines), **more)
        assert done.returncode == 0, done.stderr
        (frame,) = read_frames(done.stdout)
        return frame.payload

    def refuses(self, *lines: str, **more: Any) -> str:
        """Be refused, with nothing changed; return the words."""
        before = knobs.values(self.root)
        done = self.call(order(*lines), **more)
        assert done.returncode in (2, 75), done
        assert knobs.values(self.root) == before
        assert not self.saved.exists()
        return str(done.stderr.decode())

    @property
    def saved(self) -> Path:
        """Where a guard keeps the old values."""
        return self.rig.folder / "guard.saved"

    @property
    def guards(self) -> list[int]:
        """Living guards of this board."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[:2] == [str(self.rig.runner).encode(), b"guard"]:
                found.append(int(path.parent.name))
        return found

    def gone(self) -> None:
        """Wait until no guard is left."""
        wait_for(lambda: not self.guards, LIMIT_S, "the guard's end")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    rig = Rig(tmp_path, native())
    made = Board(rig, knobs.tree(tmp_path / "root"), rig.folder / "harness.lock")
    yield made
    for pid in made.guards:
        os.kill(pid, signal.SIGTERM)
    made.gone()


def held(board: Board) -> IO[str]:
    """Hold the lease as a worker does: until it is closed."""
    file = board.lease.open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


CALM = (f"set {GOVERNOR} performance", f"set {MIN} 600000", f"set {MAX} 1200000")


def test_values_are_saved_set_reported_and_given_back_when_it_is_told(board: Board) -> None:
    before = knobs.values(board.root)
    report = board.sets(*CALM, f"keep {CPUFREQ}/policy4/scaling_governor")
    assert report["changes"] == [
        [GOVERNOR, "schedutil", "performance", "performance"],
        [MIN, "600000", "600000", "600000"],
        [MAX, "1800000", "1200000", "1200000"],
        [f"{CPUFREQ}/policy4/scaling_governor", "schedutil", "", "schedutil"],
    ]
    assert knobs.read(board.root, GOVERNOR) == "performance"
    assert board.saved.stat().st_uid == os.geteuid()
    assert len(board.guards) == 1
    # what something else moved meanwhile comes back too
    (board.root / CPUFREQ[1:] / "policy4/scaling_governor").write_text("powersave\n")
    (board.rig.folder / "guard.end").touch()
    board.gone()
    assert knobs.values(board.root) == before
    assert sorted(p.name for p in board.rig.folder.glob("guard*")) == []


def test_a_free_lease_ends_it(board: Board) -> None:
    before = knobs.values(board.root)
    board.sets(*CALM)
    with held(board):
        # it looked at least twice while the lease was held
        signalled = board.guards
        wait_for(lambda: _naps(signalled[0]) > 2, LIMIT_S, "a look at the lease")
        assert knobs.values(board.root) != before
    board.gone()
    assert knobs.values(board.root) == before


def _naps(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    line = next((row for row in text.splitlines() if row.startswith("voluntary")), "x: 9")
    return int(line.split()[1])


def test_a_lease_that_was_taken_between_two_looks_ends_it(board: Board) -> None:
    before = knobs.values(board.root)
    board.lease.write_text("1 somebody\n")
    board.sets(*CALM)
    board.lease.write_text("2 somebody\n")
    board.gone()
    assert knobs.values(board.root) == before


def test_a_lease_that_nobody_takes_ends_it(board: Board) -> None:
    before = knobs.values(board.root)
    board.sets(*CALM, wait_s=1)
    board.gone()
    assert knobs.values(board.root) == before


def test_sigterm_ends_it(board: Board) -> None:
    before = knobs.values(board.root)
    board.sets(*CALM)
    os.kill(board.guards[0], signal.SIGTERM)
    board.gone()
    assert knobs.values(board.root) == before


def test_after_kill_9_the_saved_file_restores(board: Board) -> None:
    before = knobs.values(board.root)
    board.sets(*CALM)
    os.kill(board.guards[0], signal.SIGKILL)
    board.gone()
    assert knobs.values(board.root) != before
    assert board.saved.exists()
    done = board.call(None)
    assert (done.returncode, done.stderr) == (0, b"")
    assert knobs.values(board.root) == before
    assert not board.saved.exists()
    assert board.call(None).returncode == 0  # nothing left is nothing to do


def test_after_kill_9_the_next_guard_restores_first(board: Board) -> None:
    before = knobs.values(board.root)
    board.sets(*CALM)
    os.kill(board.guards[0], signal.SIGKILL)
    board.gone()
    report = board.sets(f"set {GOVERNOR} powersave")
    assert report["changes"][0][1] == "schedutil"
    (board.rig.folder / "guard.end").touch()
    board.gone()
    assert knobs.values(board.root) == before


def test_after_a_reboot_frequencies_are_left_as_the_boot_made_them(board: Board) -> None:
    board.sets(*CALM)
    os.kill(board.guards[0], signal.SIGKILL)
    board.gone()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    board.saved.write_text(board.saved.read_text().replace(boot, "0" * len(boot)))
    assert board.call(None).returncode == 0
    assert knobs.read(board.root, GOVERNOR) == "performance"
    assert not board.saved.exists()


def test_a_second_guard_and_a_leased_board_are_refused(board: Board, tmp_path: Path) -> None:
    board.sets(*CALM)
    again = board.call(order(*CALM))
    assert again.returncode == 75
    assert b"another guard" in again.stderr
    assert board.call(None).returncode == 75  # nor is a living one restored under its feet
    (board.rig.folder / "guard.end").touch()
    board.gone()
    with held(board):
        assert "leased" in board.refuses(*CALM)


HOSTILE = {
    "elsewhere": "set /etc/passwd x",
    "another file of sysfs": "set /sys/devices/system/cpu/cpu1/online 0",
    "up": f"set {CPUFREQ}/policy0/../policy4/scaling_governor performance",
    "dots": "set /sys/class/devfreq/../governor performance",
    "hidden": "set /sys/class/devfreq/.x/governor performance",
    "longer": f"set {GOVERNOR}/x performance",
    "shorter": f"set {CPUFREQ}/policy0 performance",
    "other knob": f"set {CPUFREQ}/policy0/scaling_setspeed 1",
    "words": f"set {GOVERNOR} a b",
    "path as value": f"set {GOVERNOR} /etc/passwd",
    "letters": "mode x",
    "shell": "mode 1;reboot",
    "below zero": "mode -1",
    "nothing": "",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_orders_are_refused(board: Board, line: str) -> None:
    words = board.refuses(*([line] if line else []))
    assert "job line" in words or "no order" in words


def test_broken_texts_are_refused(board: Board) -> None:
    whole = order(*CALM)
    for text in (b"", b"guard 2\nend\n", b"job 1\n", whole[:-4], whole[:-1], whole + b"x\n"):
        assert board.call(text).returncode == 2, text
    many = order(*[f"keep /sys/class/devfreq/d{n}/governor" for n in range(200)])
    assert board.call(many).returncode == 2


def test_links_out_of_sys_are_not_followed(board: Board, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    knob = board.root / GOVERNOR[1:]
    knob.unlink()
    knob.symlink_to(victim)
    done = board.call(order(*CALM))
    assert done.returncode == 2
    assert b"scaling_governor" in done.stderr
    assert victim.read_text() == "precious\n"
    # a link within /sys to a file of another name is no less a trick
    knob.unlink()
    knob.symlink_to(board.root / MAX[1:])
    assert board.call(order(*CALM)).returncode == 2
    # and the links of sysfs itself are followed
    real = board.root / "sys/devices/gpu/devfreq/57000000.gpu"
    real.mkdir(parents=True)
    (real / "governor").write_text("nvhost_podgov\n")
    (board.root / "sys/class/devfreq").mkdir(parents=True)
    (board.root / "sys/class/devfreq/57000000.gpu").symlink_to(real)
    report = board.sets("set /sys/class/devfreq/57000000.gpu/governor performance")
    assert report["changes"][0][1:] == ["nvhost_podgov", "performance", "performance"]


def test_lent_rights_are_for_the_whole_machine_only(board: Board) -> None:
    if os.geteuid() != 0:
        pytest.skip("rights are lent by becoming root")
    assert "sudo" in board.refuses(*CALM, SUDO_UID="1000")


def test_a_saved_file_of_somebody_else_is_not_believed(board: Board) -> None:
    board.saved.write_bytes(order(f"set {GOVERNOR} powersave"))
    if os.geteuid() == 0:
        os.chown(board.saved, 1234, 1234)
        done = board.call(order(*CALM))
        assert done.returncode == 2
        assert b"not a file of this user" in done.stderr
    board.saved.unlink()
    board.saved.symlink_to(board.root / "order")
    assert board.call(order(*CALM)).returncode == 2
    assert knobs.read(board.root, GOVERNOR) == "schedutil"


def test_a_value_that_is_refused_undoes_those_before_it(board: Board) -> None:
    (board.root / MAX[1:]).unlink()
    done = board.call(order(*CALM))
    assert done.returncode == 2
    assert knobs.read(board.root, GOVERNOR) == "schedutil"
    assert not board.saved.exists()


def test_a_power_mode_is_set_and_given_back(board: Board) -> None:
    status = knobs.nvpmodel(board.root)
    report = board.sets("mode 2")
    assert (report["mode_before"], report["mode_after"]) == (0, 2)
    assert status.read_text() == "2\n"
    (board.rig.folder / "guard.end").touch()
    board.gone()
    assert status.read_text() == "0\n"


def test_what_a_mode_moves_comes_back_too(board: Board) -> None:
    knob = board.root / MAX[1:]
    knobs.nvpmodel(board.root, also=f"echo 729600 >{knob}")
    before = knobs.values(board.root)
    board.sets("mode 1", f"keep {MAX}")
    assert knobs.read(board.root, MAX) == "729600"
    (board.rig.folder / "guard.end").touch()
    board.gone()
    assert knobs.values(board.root) == before


def test_a_mode_that_was_not_taken_is_told_by_asking_again(board: Board) -> None:
    knobs.nvpmodel(board.root, reboots="2", liars="1")
    report = board.sets("mode 2")
    assert report["mode_after"] == 0
    assert "Reboot required" in report["said"]
    (board.rig.folder / "guard.end").touch()
    board.gone()
    report = board.sets("mode 1")
    assert report["mode_after"] == 0
    assert json.dumps(report["said"]).isprintable()


def test_no_nvpmodel_or_one_that_says_nothing(board: Board) -> None:
    assert "nvpmodel" in board.refuses("mode 1")
    program = board.root / "usr/sbin/nvpmodel"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho what\n")
    program.chmod(0o755)
    assert "does not tell the mode" in board.refuses("mode 1")
