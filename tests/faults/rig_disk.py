"""Boards whose storage is memory disks with a defect, and what `deploy` makes of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records.board import BoardEntry
from harness.session.deploy import Deployed, deploy
from harness.transport.registry import open_transport
from tests.faults.rig import Room
from tests.helpers import planted, sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.toolchain.build import Binary
    from tests.helpers.sshd import Server

HOME = Path("/tmp/home")
CACHE = HOME / ".cache"
FIXED = Path("/tmp/fixed")  # what `dir:` of a board may point at
KINDS = ("OpenSSH", "dropbear", "this machine")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A board in a room whose every place for a runner is the room's own."""

    room: Room
    server: Server | None

    def deploy(self, directory: Path | None = None) -> Deployed:
        """Bring the runner of this machine onto the board; `directory` is its `dir:`."""
        binary = planted.good()
        # by descriptor: where it was built may be covered by one of the room's disks
        with binary.path.open("rb") as file:
            there = replace(binary, path=Path(f"/proc/self/fd/{file.fileno()}"))
            return self.room.do(
                lambda: self._deploy(there, None if directory is None else str(directory))
            )

    def names(self, folder: Path | str) -> list[str]:
        """Return everything that lies below a folder, as the board sees it."""
        found = self.room.do(lambda: list(Path(folder).rglob("*")))
        return sorted(str(path.relative_to(folder)) for path in found)

    def _deploy(self, binary: Binary, directory: str | None) -> Deployed:
        entry, settings = BoardEntry(name="local", dir=directory), None
        if self.server is not None:
            entry, settings = self.server.entry(dir=directory), self.server.settings()
        transport = open_transport(entry, settings)
        try:
            return deploy(transport, entry, binary.path, binary.sha256)
        finally:
            transport.close()


@contextmanager
def shelf(kind: str, disks: dict[Path, str]) -> Iterator[Shelf]:
    """Give a board of one of `KINDS`; `disks` are folders of it and their mount options."""
    with Room() as room:
        # the server's own folder will lie in the room's /tmp too
        for place in ("/tmp", "/var/tmp", "/dev/shm"):
            room.mount(place, "mode=1777,size=64m")
        for folder, options in disks.items():
            room.do(lambda folder=folder: folder.mkdir(parents=True, exist_ok=True))  # type: ignore[misc]
            room.mount(folder, options)
        server = None
        if kind == "OpenSSH":
            room.do(lambda: HOME.mkdir(exist_ok=True))
            room.at_home(HOME)
            server = room.enter(sshd.openssh())
        elif kind == "dropbear":
            server = room.enter(sshd.dropbear())
        yield Shelf(room=room, server=server)
