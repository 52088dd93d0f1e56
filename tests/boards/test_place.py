"""The look at a board's disk and lease, under every shell at hand."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.place import look, parse_place
from tests.boards.fixtures import Here

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = [s for s in (("sh",), ("bash", "--posix"), ("busybox", "sh")) if shutil.which(s[0])]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_lease_is_looked_at_and_never_taken(tmp_path: Path, shell: tuple[str, ...]) -> None:
    here, lease = Here(*shell), tmp_path / "harness.lock"
    free = look(here, str(tmp_path), str(lease))
    assert (free.holder, free.left_s) == ("", 0)
    assert free.free_kib
    assert free.mount.startswith("/")
    lease.write_text(f"99999999999 alice@laptop\nrun\n{2**22 + 1}\n")
    assert look(here, str(tmp_path), str(lease)).holder == ""  # signed, but the signer is gone
    with lease.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = look(here, str(tmp_path), str(lease))
    assert held.holder == "alice@laptop"
    assert held.left_s > 0
    lease.write_text(f"99999999999 bob@desk\nrun\n{os.getpid()}\n")
    assert look(here, str(tmp_path), str(lease)).holder == "bob@desk"


@given(st.lists(st.text(max_size=30) | st.sampled_from(["locked", "owner 12 x", "uptime z"])))
def test_any_words_of_a_board_make_a_place(lines: list[str]) -> None:
    place = parse_place(lines, "/d", "/l")
    assert place.holder.isprintable()
    assert place.left_s >= 0
