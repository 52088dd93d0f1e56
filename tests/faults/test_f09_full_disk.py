"""F09, at the push: a disk without room for the runner, or for what it will write."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import PushError
from harness.session.deploy import SPOOL_ROOM_BYTES
from tests.faults.ledger import witness
from tests.faults.rig_disk import CACHE, FIXED, KINDS, shelf

pytestmark = pytest.mark.sshd

VAR_TMP, TMP, SHM = Path("/var/tmp"), Path("/tmp"), Path("/dev/shm")
NO_RUNNER, HALF_RUNNER, NO_SPOOL = "size=16k", "size=160k", "size=1m"


@pytest.mark.parametrize("size", [NO_RUNNER, HALF_RUNNER, NO_SPOOL])
def test_the_next_directory_is_taken(size: str) -> None:
    with shelf("OpenSSH", {CACHE: size, VAR_TMP: size}) as board:
        deployed = board.deploy()
        assert deployed.directory == "/tmp/harness"
        assert board.names(CACHE) == []
        assert board.names(VAR_TMP) == []
        sha = deployed.sha256
        assert set(board.names("/tmp/harness")) == {"runs", sha, f"{sha}/runner"}
    witness("F09", on="OpenSSH", saw=f"two directories with {size} left behind empty, third taken")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [NO_RUNNER, HALF_RUNNER])
def test_no_room_for_the_runner_is_said_with_path_and_bytes(kind: str, size: str) -> None:
    with shelf(kind, {FIXED: size}) as board:
        with pytest.raises(PushError, match=r"\d+ bytes free") as caught:
            board.deploy(FIXED)
        assert str(FIXED) in caught.value.what
        assert "dir:" in caught.value.do
        assert board.names(FIXED) == []
    witness("F09", on=kind, saw=f"{size}: refused with path and free bytes; nothing left there")


@pytest.mark.parametrize("kind", KINDS)
def test_no_room_for_results_is_said_with_path_and_bytes(kind: str) -> None:
    with shelf(kind, {FIXED: NO_SPOOL}) as board:
        with pytest.raises(PushError, match="no room for results") as caught:
            board.deploy(FIXED)
        assert f"{FIXED}/harness: " in caught.value.what
        assert "bytes free" in caught.value.what
        assert str(SPOOL_ROOM_BYTES) in caught.value.what
        assert board.names(FIXED) == []
    witness("F09", on=kind, saw="room for the runner and none for a spool: refused with free bytes")


def test_when_every_disk_is_full_each_one_is_named() -> None:
    # /tmp holds the server's own files: a full disk stands where our folder would be
    places = {CACHE: NO_RUNNER, VAR_TMP: NO_RUNNER, TMP / "harness": NO_RUNNER, SHM: NO_RUNNER}
    with shelf("OpenSSH", places) as board:
        with pytest.raises(PushError) as caught:
            board.deploy()
        for place in (CACHE, VAR_TMP, TMP, SHM):
            assert f"{place}/harness: " in caught.value.what
        assert caught.value.what.count("bytes free") == len(places)
        for place in places:
            assert board.names(place) == []
    witness("F09", on="OpenSSH", saw="all four directories full: one error that names each of them")
