from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.transport.local import LocalTransport
from harness.transport.storage import Storage, look, parse

DF = "/dev/root 100 60 {free} 60% {mount}\n---\n"
MOUNTS = """\
/dev/root / ext4 rw,relatime 0 0
tmpfs /mnt/a\\040b tmpfs rw,noexec 0 0
tmpfs /mnt/over tmpfs ro,noexec 0 0
tmpfs /mnt/over tmpfs rw 0 0
tmpfs /mnt/both tmpfs ro,nosuid,noexec 0 0
"""


@pytest.mark.parametrize(
    ("mount", "flags"),
    [
        ("/", ()),
        ("/mnt/a b", ("noexec",)),
        ("/mnt/over", ()),  # the later mount hides the earlier one
        ("/mnt/both", ("ro", "noexec")),
        ("/mnt/unknown", ()),
    ],
)
def test_the_flags_of_the_mount_that_counts(mount: str, flags: tuple[str, ...]) -> None:
    found = parse(DF.format(free=40, mount=mount) + MOUNTS)
    assert found == Storage(free_bytes=40 << 10, mount=mount, flags=flags)


def test_its_words_are_fit_for_an_error() -> None:
    found = parse(DF.format(free=0, mount="/mnt/both") + MOUNTS)
    assert found.words() == [
        "0 bytes free",
        "/mnt/both is mounted ro",
        "/mnt/both is mounted noexec",
    ]
    assert Storage().words() == []


@given(st.text())
def test_whatever_a_board_says_is_no_crash(text: str) -> None:
    parse(text)


def test_a_folder_that_does_not_exist_yet_is_looked_at_where_it_will_be(tmp_path: Path) -> None:
    transport = LocalTransport()
    there = look(transport, str(tmp_path))
    assert there.free_bytes
    found = look(transport, str(tmp_path / "not" / "yet"))
    assert (found.mount, found.flags) == (there.mount, there.flags)
    assert look(transport, "no/such/relative").free_bytes


def test_a_kernel_file_system_has_a_mount_point() -> None:
    assert look(LocalTransport(), "/proc/self").mount == "/proc"
