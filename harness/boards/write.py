"""Adds an entry to boards.yaml as text, so that the user's comments and order stay as they are."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.boards.inventory import Inventory, entries_of, user_file
from harness.config.document import parse
from harness.errors import ConfigError
from harness.records.board import BoardEntry

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_@./-]*", re.ASCII)
_WORDS = {"true", "false", "null"}


def check_new(inventory: Inventory, entry: BoardEntry) -> None:
    """Raise ConfigError when the file already holds a board of that name."""
    # whatever the file would refuse is refused before anything is asked of the board
    _entries(Path("the new board"), f"boards:\n  {_scalar(entry.name)}: {_flow(_keys(entry))}\n")
    path = inventory.path or user_file()
    if entry.name in _entries(path, _read(path)):
        raise ConfigError(
            f"board {entry.name!r} is already there",
            where=str(path),
            do="edit that entry, or take a new name",
        )


def add_entry(inventory: Inventory, entry: BoardEntry) -> Path:
    """Append a board to the inventory's file (or a new one in the user's folder); return the file.

    The new text is parsed before the old file is replaced, in one step: a duplicate, a value that
    the inventory refuses, or a file of another shape raises ConfigError and leaves it as it was.
    """
    check_new(inventory, entry)
    path = (inventory.path or user_file()).resolve()
    old = _read(path)
    line = f"{_indent(old)}{_scalar(entry.name)}: {_flow(_keys(entry))}\n"
    head = old if _holds_data(old) else f"{old}{_newline(old)}boards:\n"
    new = head + _newline(head) + line
    after = _entries(path, new)
    if after.pop(entry.name, None) != entry or after != _entries(path, old):
        raise ConfigError(
            "an entry cannot be appended to a file of this shape",
            where=str(path),
            do=f"add this below `boards:` by hand: {line.strip()}",
        )
    _replace(path, new)
    return path


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _holds_data(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _newline(text: str) -> str:
    return "\n" if text and not text.endswith("\n") else ""


def _entries(path: Path, text: str) -> dict[str, BoardEntry]:
    if not _holds_data(text):
        return {}
    entries = entries_of(parse(text.encode(), name=str(path)))
    # programs are declared once for all boards: they are no part of what is appended
    return {name: dataclasses.replace(entry, externals={}) for name, entry in entries.items()}


def _keys(entry: BoardEntry) -> dict[str, object]:
    """What differs from the defaults, under the names the file uses."""
    plain = BoardEntry(name=entry.name)
    keys = {
        field.name: getattr(entry, field.name)
        for field in dataclasses.fields(BoardEntry)
        if getattr(entry, field.name) != getattr(plain, field.name)
    }
    sensor = keys.pop("sensor", None)
    return keys if sensor is None else {**keys, "power": {"sensor": sensor}}


def _indent(text: str) -> str:
    match = re.search(r"^boards:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*([ ]+)\S", text, re.MULTILINE)
    return match.group(1) if match else "  "


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        inner = (f"{_scalar(key)}: {_flow(v)}" for key, v in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".boards-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
