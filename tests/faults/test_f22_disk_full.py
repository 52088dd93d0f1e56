"""F22: the controller's disk is full, from the start, while a run is stored or a report drawn.

The results folder is a small memory disk in mounts of the test's own; the board's files lie on
another, so that it is only the controller that has no room.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.ledger import witness
from tests.faults.rig import Room
from tests.helpers import sshd
from tests.helpers.cli import Ended, User

if TYPE_CHECKING:
    from collections.abc import Iterator

GEMM = "  - {ops: [gemm], schemes: [w1a1, w8a8, fp32], shapes: [64x64x64, 96x96x96]}"
_FREE = re.compile(r"No space left on device[^,\n]*, [0-9.]+ (?:KiB|B) free|room for 0 files more")


class Shelf:
    """A user whose results lie on a small disk, and a board that has room of its own."""

    def __init__(self, room: Room, folder: Path, disk: str) -> None:
        self.room = room
        self.user = User(folder)
        self.user.environment["MPLCONFIGDIR"] = str(folder / "fonts")
        self.user.results.mkdir()
        room.mount(self.user.results, disk)
        self.user.write("boards.yaml", f"boards:\n  local: {{dir: {folder / 'board'}}}\n")
        self.user.suite("local", GEMM)

    def harness(self, *words: str) -> Ended:
        """Run `harness WORDS` where the disk is small."""
        return self.room.do(lambda: self.user.harness(*words))

    def fill(self, leave_bytes: int) -> None:
        """Take all of the disk but this much."""
        self.room.do(lambda: self._fill(leave_bytes))

    def _fill(self, leave_bytes: int) -> None:
        filler = self.user.results / "filler"
        filler.unlink(missing_ok=True)
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
            file.truncate(max(0, file.tell() - leave_bytes))

    def files(self) -> dict[str, bytes]:
        """Return what the small disk holds, but the filler."""
        return self.room.do(self._files)

    def _files(self) -> dict[str, bytes]:
        found = (p for p in self.user.results.rglob("*") if p.is_file() and p.name != "filler")
        return {str(p.relative_to(self.user.results)): p.read_bytes() for p in found}


@pytest.fixture
def room() -> Iterator[Room]:
    with Room() as one:
        yield one


def _refused(ended: Ended, shelf: Shelf) -> None:
    """Exit 74 with the path, what is free and what to do; nobody sees a traceback."""
    assert ended.code == 74, ended
    assert _FREE.search(ended.err), ended.err
    assert str(shelf.user.results) in ended.err
    assert "free some space" in ended.err
    assert "Traceback" not in ended.err
    assert "bug" not in ended.err


@pytest.mark.parametrize("leave_kib", [0, 8, 20])
def test_a_run_on_a_disk_that_fills(room: Room, tmp_path: Path, leave_kib: int) -> None:
    shelf = Shelf(room, tmp_path, "size=512k")
    first = shelf.harness("run", "suite.yaml", "--no-report")
    assert first.code == 0, first.err
    shown = shelf.harness("show")
    kept = shelf.files()
    shelf.fill(leave_kib << 10)
    second = shelf.harness("run", "suite.yaml", "--no-report")
    _refused(second, shelf)
    after = shelf.files()
    assert {name: after[name] for name in kept} == kept
    # the first run as it was; of the second, whole rows or an honest word that there is nothing
    (name,) = {Path(path).parent.name for path in kept}
    again = shelf.harness("show", name)
    assert (again.code, again.out) == (shown.code, shown.out)
    listed = shelf.harness("runs")
    assert name in listed.out
    assert "Traceback" not in listed.err
    for other in {Path(path).parent.name for path in after} - {name}:
        rest = shelf.harness("show", other)
        assert rest.code in {0, 74}
        assert len(rest.out.splitlines()) <= 6
    witness(
        "F22",
        on=f"results folder with {leave_kib} KiB left",
        saw="exit 74 with path and free bytes; the earlier run reads the same",
    )


def test_room_made_again_lets_the_run_go_on(room: Room, tmp_path: Path) -> None:
    shelf = Shelf(room, tmp_path, "size=512k")
    shelf.fill(12 << 10)
    _refused(shelf.harness("run", "suite.yaml", "--no-report"), shelf)
    shelf.fill(256 << 10)
    assert shelf.harness("run", "suite.yaml", "--no-report").code == 0
    assert len(shelf.harness("show").out.splitlines()) == 6
    witness("F22", on="space freed after a full disk", saw="the next run is stored whole")


@pytest.mark.sshd
def test_a_board_behind_ssh_is_left_clean(room: Room, tmp_path: Path) -> None:
    shelf = Shelf(room, tmp_path, "size=512k")
    server = room.enter(sshd.openssh())
    shelf.user.know(server, "remote", dir=str(tmp_path / "remote"))
    shelf.user.suite("remote", GEMM)
    shelf.fill(12 << 10)
    _refused(shelf.harness("run", "suite.yaml", "--no-report"), shelf)
    # nobody goes on measuring for a controller that cannot keep it: the lease is free
    shelf.fill(256 << 10)
    ended = shelf.harness("run", "suite.yaml", "--no-report", "--wait", "20s")
    assert ended.code == 0, ended.err
    witness(
        "F22", on="OpenSSH board, controller's disk full", saw="exit 74; the board is free again"
    )


def test_a_report_is_whole_or_the_old_one(room: Room, tmp_path: Path) -> None:
    shelf = Shelf(room, tmp_path, "size=512k")
    assert shelf.harness("run", "suite.yaml").code == 0
    before = shelf.files()
    (page,) = (name for name in before if name.endswith("report.html"))
    assert before[page].rstrip().endswith(b"</html>")
    shelf.fill(8 << 10)
    drawn = shelf.harness("report")
    assert drawn.code == 74
    assert _FREE.search(drawn.err), drawn.err
    assert page in drawn.err
    assert shelf.files() == before
    exported = shelf.harness("report", "-o", str(shelf.user.results / "new.html"))
    assert exported.code == 74
    assert shelf.files() == before
    assert shelf.harness("report", "-o", str(tmp_path / "elsewhere.html")).code == 0
    witness(
        "F22", on="harness report", saw="exit 74; the old page is whole, no temporary file stays"
    )


def test_no_room_for_one_more_file(room: Room, tmp_path: Path) -> None:
    shelf = Shelf(room, tmp_path, "size=4m,nr_inodes=3")
    ended = shelf.harness("run", "suite.yaml", "--no-report")
    _refused(ended, shelf)
    witness("F22", on="results folder without free inodes", saw="exit 74 says so")


def test_an_index_that_finds_no_room_keeps_the_old_one(room: Room, tmp_path: Path) -> None:
    shelf = Shelf(room, tmp_path, "size=512k")
    assert shelf.harness("run", "suite.yaml", "--no-report").code == 0
    assert shelf.harness("reindex").code == 0
    before = shelf.files()
    shelf.fill(4 << 10)
    ended = shelf.harness("reindex")
    assert ended.code == 74
    assert "index.sqlite" in ended.err
    assert shelf.files()["index.sqlite"] == before["index.sqlite"]
    witness("F22", on="harness reindex", saw="exit 74; the old index is whole")
