"""All bridges of a results folder: one append-only file beside the runs, a line for each.

A line that cannot be read is left out and said; the others stand.
"""

from __future__ import annotations

from pathlib import Path

from harness.errors import StoreError
from harness.records.bridge import BRIDGE_SCHEMA, Bridge
from harness.records.codec import from_json, to_json
from harness.store.files import Appender, canonical, read_bytes, refuse
from harness.store.lines import parse_object, split

NAME = "bridges.jsonl"


def add_bridge(root: Path, bridge: Bridge) -> Path:
    """Append one bridge and sync it; returns the file. Raises StoreError."""
    path = root / NAME
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(error, path)
    line = canonical(to_json(bridge)).encode() + b"\n"
    # a power cut may have left half a line: it must not swallow this one
    before = read_bytes(path) if path.is_file() else b""
    torn = bool(before) and not before.endswith(b"\n")
    file = Appender(path)
    try:
        file.append(b"\n" + line if torn else line)
    finally:
        file.close()
    return path


def read_bridges(root: Path) -> tuple[tuple[Bridge, ...], tuple[str, ...]]:
    """Return all bridges, oldest first, and notes about lines that were left out."""
    path = root / NAME
    if not path.is_file():
        return (), ()
    try:
        lines, torn = split(read_bytes(path))
    except StoreError as error:
        return (), (f"no bridge was read: {error}",)
    found, notes = [], []
    for line in lines:
        where = f"{path}:{line.number}"
        try:
            found.append(_bridge(line.raw, where))
        except StoreError as error:
            notes.append(f"a bridge was left out: {error}")
    if torn:
        notes.append(f"a bridge was left out: {path} ends in the middle of a line")
    return tuple(found), tuple(notes)


def _bridge(raw: bytes, where: str) -> Bridge:
    data = parse_object(raw, where)
    schema = data.get("schema")
    if not isinstance(schema, int) or schema > BRIDGE_SCHEMA:
        raise StoreError(
            f"schema {schema!r}, this version knows up to {BRIDGE_SCHEMA}",
            where=where,
            do="use a newer harness",
        )
    try:
        return from_json(Bridge, data)
    except ValueError as error:
        raise StoreError(f"not a bridge: {error}", where=where) from None
