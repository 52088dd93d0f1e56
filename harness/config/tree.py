"""`path:value` lines, as a board prints its /sys and /proc files, to a mapping; nothing is judged.

A value that begins with `!` is the reason why the file could not be read (`!EACCES`, `!EIO`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Folders such as intel-rapl:0 and iio:device0 hold colons, file names do not: the longest chain
# of components wins, and the colon behind it ends the path.
_LINE = re.compile(r"((?:/[^/\s]+)*/[^/:\s]+):(.*)")
_MAX_VALUE = 4096


def parse_tree(text: str) -> dict[str, str]:
    """Return path -> value of all lines that have the form; the first of two equal paths counts."""
    tree: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line) if len(line) <= _MAX_VALUE else None
        if match:
            tree.setdefault(match.group(1), match.group(2).strip())
    return tree


def number(tree: Mapping[str, str], path: str) -> int | None:
    """Return the whole number in a file, None when absent, unreadable or anything else."""
    text = tree.get(path, "")
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,18}", text, re.ASCII) else None
