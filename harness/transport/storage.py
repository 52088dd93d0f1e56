"""The storage under a folder of a board: free bytes, and the mount flags that get in our way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.transport.base import Transport

# of a folder that does not exist yet, the one that will hold it is looked at
SCRIPT = """# harness: storage
LC_ALL=C; export LC_ALL
d=$1
while [ ! -e "$d" ] && [ "$d" != / ] && [ "$d" != . ]; do d=$(dirname "$d"); done
df -Pk "$d" 2>/dev/null | tail -n 1
echo ---
cat /proc/mounts
"""
_FLAGS = ("ro", "noexec")


@dataclass(frozen=True, kw_only=True)
class Storage:
    """What is known of it; None and "" where the board did not say."""

    free_bytes: int | None = None
    mount: str = ""
    flags: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """Return what is worth saying when something could not be done there."""
        free = [] if self.free_bytes is None else [f"{self.free_bytes} bytes free"]
        return free + [f"{self.mount} is mounted {flag}" for flag in self.flags]


def look(transport: Transport, folder: str) -> Storage:
    """Look at the storage under `folder`; LinkError when the link is lost."""
    done = transport.run(["sh", "-c", SCRIPT, "sh", folder])
    return parse(done.stdout.decode(errors="replace"))


def parse(text: str) -> Storage:
    """Return the Storage of what `SCRIPT` printed; pure, whatever does not fit is unknown."""
    head, _, mounts = text.partition("---\n")
    # df -P: device, blocks, used, free, share, mount point
    table = [line.split(None, 5) for line in head.splitlines()]
    table = [row for row in table if len(row) == 6 and row[3].isdigit()]
    if not table:
        return Storage()
    mount = table[-1][5]
    found = [row.split() for row in mounts.splitlines()]
    options = [row[3].split(",") for row in found if len(row) > 3 and _plain(row[1]) == mount]
    flags = tuple(flag for flag in _FLAGS if options and flag in options[-1])
    return Storage(free_bytes=int(table[-1][3]) * 1024, mount=mount, flags=flags)


def _plain(path: str) -> str:
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
