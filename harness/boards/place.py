"""The place on a board where we work: is there room, and who holds the lease; takes nothing.

The lease itself belongs to the runner (a flock). Here it is only looked at, for taking it even for
a moment could turn somebody's run away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.transport.base import Transport

# $1 our folder, $2 the lease. `ls -i` and /proc/locks agree on inode numbers. A process that signed
# the lease and lives holds it too: some kernels (gVisor) show no locks.
SCRIPT = r"""# harness: place
LC_ALL=C; export LC_ALL
df -Pk "$1" 2>/dev/null | tail -n 1 | while read -r _ _ _ free _ mount; do
  printf 'free %s %s\n' "$free" "$mount"
done
[ -f "$2" ] && [ -r "$2" ] || exit 0
{ IFS= read -r owner; IFS= read -r _; IFS= read -r pid; } <"$2"
read -r up _ </proc/uptime
printf 'uptime %s\n' "$up"
printf 'owner %s\n' "$owner"
case $pid in ''|*[!0-9]*) ;; *) [ -d "/proc/$pid" ] && printf 'alive %s\n' "$pid" ;; esac
inode=$(ls -i "$2") && inode=${inode%% "$2"} && inode=${inode##* }
while read -r _ kind _ _ _ at _; do
  case $kind,$at in FLOCK,*:"$inode") printf 'locked %s\n' "$at"; break ;; esac
done </proc/locks
exit 0
"""
_TIMEOUT_S = 20.0
_MAX_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Place:
    """Free room below our folder (None: unknown), and the lease: its holder, "" when free."""

    directory: str
    lease: str
    free_kib: int | None = None
    mount: str = ""
    holder: str = ""
    left_s: int = 0


def look(transport: Transport, directory: str, lease: str) -> Place:
    """Look at a folder of ours and a lease on the board; LinkError when the link is lost."""
    done = transport.run(["sh", "-c", SCRIPT, "sh", directory, lease], timeout_s=_TIMEOUT_S)
    lines = done.stdout[: 1 << 14].decode("utf-8", "replace").split("\n")
    return parse_place(lines, directory, lease)


def parse_place(lines: Sequence[str], directory: str, lease: str) -> Place:
    """Return the Place of the script's lines; pure, whatever does not fit is unknown."""
    said: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(" ")
        said.setdefault(name, value)
    free = re.fullmatch(r"([0-9]{1,15}) (/.*)", said.get("free", ""), re.ASCII)
    deadline, _, holder = said.get("owner", "").partition(" ")
    left_s = _seconds(deadline) - _seconds(said.get("uptime", ""))
    held = "locked" in said or ("alive" in said and left_s > 0)
    return Place(
        directory=directory,
        lease=lease,
        free_kib=int(free.group(1)) if free else None,
        mount=_clean(free.group(2)) if free else "",
        holder=(_clean(holder) or "somebody unknown") if held else "",
        left_s=max(0, left_s) if held else 0,
    )


def _seconds(text: str) -> int:
    match = re.match(r"[0-9]{1,12}", text, re.ASCII)
    return int(match.group()) if match else 0


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:_MAX_NAME]
