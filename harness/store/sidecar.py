"""Compressed files beside the measurements: gzip members, one a write, each whole or torn."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress

from harness.records.codec import to_json
from harness.records.measurement import PowerTrace, SampleSet
from harness.store.files import canonical


def member(records: Sequence[SampleSet | PowerTrace]) -> bytes:
    """Return one gzip member with a line for each record; members joined are a valid file."""
    text = "".join(canonical(to_json(record)) + "\n" for record in records)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def members(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each whole member's content and where it ends; a torn one ends the iteration.

    Raises zlib.error for what is no gzip at all.
    """
    end = 0
    while data:
        one = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        text = one.decompress(data) + one.flush()
        if not one.eof:
            return
        end += len(data) - len(one.unused_data)
        data = one.unused_data
        yield text, end


def whole_bytes(data: bytes) -> int:
    """Return how many leading bytes of `data` are whole members."""
    ends = [0]
    with suppress(zlib.error):
        for _, end in members(data):
            ends.append(end)
    return ends[-1]
