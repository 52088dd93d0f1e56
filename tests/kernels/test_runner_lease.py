"""The lease, when its file is somebody else's: it can be locked by who may not write it."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import LONG, Rig, kernel, native, wait_for

if TYPE_CHECKING:
    from pathlib import Path

STALE = "999999999 ghost@old\nr0\n2147483647\n"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A rig whose runner may read the lease but not write it, root or not."""
    if os.getuid() != 0:
        own = Rig(tmp_path, native())
    elif shutil.which("setpriv") is None:
        pytest.skip("no setpriv here")
    else:
        own = Rig(tmp_path, native(), prefix=("setpriv", "--bounding-set=-dac_override"))
    lease = own.folder / "harness.lock"
    lease.write_text(STALE)
    lease.chmod(0o444)
    return own


def test_a_lease_that_is_only_readable_is_taken_all_the_same(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a")], **LONG))
    wait_for(rig.folder / "runs" / "r1.spool", '"sample"')
    second = rig.execute(rig.job("r2", [kernel("a")]))
    assert second.status == 75
    assert second.stderr == "runner: leased by unknown, 0 s left\n"  # not by the ghost
    assert (rig.folder / "harness.lock").read_text() == STALE
    rig.call("cancel", "r1", "--dir", str(rig.folder))
    started.communicate(timeout=60)
    assert rig.execute(rig.job("r3", [kernel("a")])).status == 0


def test_a_readable_lease_that_another_holds_is_refused_by_name(rig: Rig) -> None:
    lease = rig.folder / "harness.lock"
    lease.chmod(0o644)
    lease.write_text(f"999999999 bob@desk\nr0\n{os.getpid()}\n")
    lease.chmod(0o444)
    with lease.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = rig.execute(rig.job("r1", [kernel("a")]))
    assert refused.status == 75
    assert refused.stderr.startswith("runner: leased by bob@desk, ")


def test_a_lease_that_cannot_be_opened_is_no_lease(rig: Rig) -> None:
    lease = rig.folder / "harness.lock"
    lease.unlink()
    lease.symlink_to(rig.folder / "elsewhere")
    refused = rig.execute(rig.job("r1", [kernel("a")]))
    assert refused.status == 2
    assert "cannot open the lease" in refused.stderr
    assert not (rig.folder / "elsewhere").exists()


def test_a_new_lease_is_everybodys(rig: Rig) -> None:
    lease = rig.folder / "harness.lock"
    lease.unlink()
    before = os.umask(0o077)
    try:
        assert rig.execute(rig.job("r1", [kernel("a")])).status == 0
    finally:
        os.umask(before)
    assert lease.stat().st_mode & 0o777 == 0o666
    with lease.open() as free:  # and whoever saw the run's end finds it free
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)
