"""F10: directories on file systems that take no files (ro) or run no programs (noexec)."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import PushError
from tests.faults.ledger import witness
from tests.faults.rig_disk import CACHE, FIXED, KINDS, shelf

pytestmark = pytest.mark.sshd

VAR_TMP = Path("/var/tmp")


def test_the_first_directory_that_runs_programs_is_taken() -> None:
    with shelf("OpenSSH", {CACHE: "ro", VAR_TMP: "noexec"}) as board:
        deployed = board.deploy()
        assert deployed.directory == "/tmp/harness"
        assert deployed.hello["runner_sha256"] == deployed.sha256
        assert board.names(VAR_TMP) == []
    witness("F10", on="OpenSSH", saw="home read-only, /var/tmp noexec: went to /tmp, left nothing")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flag", ["ro", "noexec"])
def test_a_fixed_directory_is_refused_by_mount_point_and_flag(kind: str, flag: str) -> None:
    with shelf(kind, {FIXED: flag}) as board:
        with pytest.raises(PushError, match=f"{FIXED} is mounted {flag}") as caught:
            board.deploy(FIXED)
        assert f"{FIXED}/harness: " in caught.value.what
        assert "dir:" in caught.value.do
        assert board.names(FIXED) == []
    witness("F10", on=kind, saw=f"error names {flag} and the mount point; nothing left there")


@pytest.mark.parametrize("kind", KINDS)
def test_both_flags_are_named(kind: str) -> None:
    words = r"is mounted ro, .* is mounted noexec"
    with shelf(kind, {FIXED: "ro,noexec"}) as board, pytest.raises(PushError, match=words):
        board.deploy(FIXED)
    witness("F10", on=kind, saw="error names both flags")
