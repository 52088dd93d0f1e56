"""Storage that is full, read-only, or will not run programs: real mounts on an emulated board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import PushError
from harness.transport.registry import open_transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.transport.base import Transport
    from tests.helpers.virtual import VirtualBoard

pytestmark = pytest.mark.qemu


@pytest.fixture
def board(virtual_board: Callable[[str], VirtualBoard]) -> Iterator[Transport]:
    server = virtual_board("arm64").server
    transport = open_transport(server.entry(), server.settings())
    yield transport
    transport.close()


@pytest.fixture
def mounted(board: Transport) -> Iterator[Callable[[str], str]]:
    """Return `mount(options)`: the folder of a new memory disk on the board."""
    folders: list[str] = []

    def mount(options: str) -> str:
        folder = f"/tmp/disk-{len(folders)}"
        folders.append(folder)
        board.run(["mkdir", "-p", folder])
        done = board.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])
        assert done.status == 0, done.stderr
        return folder

    yield mount
    for folder in folders:
        board.run(["umount", folder])


def test_a_full_disk_says_how_much_is_free_and_keeps_no_rest(
    board: Transport, mounted: Callable[[str], str]
) -> None:
    folder = mounted("size=64k")
    with pytest.raises(PushError, match=r"65536 bytes free") as caught:
        board.put(b"x" * 300_000, f"{folder}/runner")
    assert f"{folder}/runner" in caught.value.what
    assert board.run(["ls", "-A", folder]).stdout == b""


def test_a_read_only_disk_says_so(board: Transport, mounted: Callable[[str], str]) -> None:
    folder = mounted("ro,size=64k")
    with pytest.raises(PushError, match=f"{folder} is mounted ro"):
        board.put(b"x", f"{folder}/runner")


def test_a_disk_that_runs_no_programs_takes_files(
    board: Transport, mounted: Callable[[str], str]
) -> None:
    folder = mounted("noexec,size=64k")
    board.put(b"#!/bin/sh\n", f"{folder}/runner", mode=0o755)
    assert board.run([f"{folder}/runner"]).status == 126
