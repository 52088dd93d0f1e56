"""The journal of a run: events in order, each line with a CRC and the hash of the line before."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.store.files import Appender, canonical, read_bytes, sha256
from harness.store.lines import Line, parse_object, split

FIRST = "0" * 64  # what the first line names as its predecessor


@dataclass(frozen=True, kw_only=True)
class Event:
    """One journal entry; `seq` counts from 0, `at_ns` is the controller's wall clock."""

    seq: int
    at_ns: int
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Journal:
    """All whole events of a file; `end` is where the next one belongs, `torn` what lies behind."""

    events: tuple[Event, ...]
    last_hash: str
    end: int
    torn: int


def encode(event: Event, previous: str) -> bytes:
    """Return the line of `event` without its newline."""
    body = canonical(
        {
            "prev": previous,
            "seq": event.seq,
            "at_ns": event.at_ns,
            "kind": event.kind,
            "data": dict(event.data),
        }
    ).encode()
    # the CRC covers everything behind it, so that it can be checked before any JSON is parsed
    return b'{"crc32":"%08x",' % zlib.crc32(body[1:]) + body[1:]


def read_journal(path: Path) -> Journal:
    """Read and check a journal; raises StoreError with path:line for anything but a torn tail."""
    lines, torn = split(read_bytes(path))
    events: list[Event] = []
    previous = FIRST
    for line in lines:
        events.append(_decode(line, previous, len(events), path))
        previous = sha256(line.raw)
    end = lines[-1].end if lines else 0
    return Journal(events=tuple(events), last_hash=previous, end=end, torn=len(torn))


def _decode(line: Line, previous: str, seq: int, path: Path) -> Event:
    where = f"{path}:{line.number}"
    head, body = line.raw[:20], line.raw[20:]
    if head != b'{"crc32":"%08x",' % zlib.crc32(body):
        raise StoreError("damaged journal line: CRC differs", where=where)
    data = parse_object(b"{" + body, where)
    if data.get("prev") != previous:
        raise StoreError("a line before this one was changed or is missing", where=where)
    if data.get("seq") != seq:
        raise StoreError(f"wants seq {seq}, has {data.get('seq')}", where=where)
    try:
        return Event(seq=seq, at_ns=data["at_ns"], kind=data["kind"], data=data["data"])
    except KeyError as error:
        raise StoreError(f"no {error} in a journal line", where=where) from None


class JournalWriter:
    """Appends events; opening an existing journal continues its chain behind the last line."""

    def __init__(self, path: Path) -> None:
        self._seq, self._hash = 0, FIRST
        if path.exists():
            known = read_journal(path)
            self._seq, self._hash = len(known.events), known.last_hash
        self._file = Appender(path)

    def append(self, kind: str, data: Mapping[str, Any], at_ns: int) -> None:
        """Write one event; on the disk when this returns. Raises StoreError."""
        line = encode(Event(seq=self._seq, at_ns=at_ns, kind=kind, data=data), self._hash)
        self._file.append(line + b"\n")
        self._seq, self._hash = self._seq + 1, sha256(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
