"""Compressed files beside the measurements: gzip members, one a write, each whole or torn."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress

from harness.records.codec import to_json
from harness.records.measurement import PowerTrace, SampleSet
from harness.store.files import canonical

STEP_BYTES = 1 << 16
MEMBER_MAX = 64 << 20  # of one write, unpacked; the largest we know is a thousandth of it


def member(records: Sequence[SampleSet | PowerTrace]) -> bytes:
    """Return one gzip member with a line for each record; members joined are a valid file."""
    text = "".join(canonical(to_json(record)) + "\n" for record in records)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def members(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each whole member's content and where it ends; a torn one ends the iteration.

    Raises zlib.error for what is no gzip at all.
    """
    view, end = memoryview(data), 0
    while end < len(data):
        one = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        text = one.decompress(view[end : end + STEP_BYTES], MEMBER_MAX)
        # what a member holds is bounded by us, not by whoever made the file
        taken = end + STEP_BYTES
        while not one.eof and len(text) <= MEMBER_MAX:
            more = one.unconsumed_tail or view[taken : taken + STEP_BYTES]
            if not more:
                return
            taken += 0 if one.unconsumed_tail else len(more)
            text += one.decompress(more, MEMBER_MAX)
        if not one.eof:
            raise zlib.error(f"more than {MEMBER_MAX} bytes in one member")
        end = min(taken, len(data)) - len(one.unused_data)
        yield text, end


def whole_bytes(data: bytes) -> int:
    """Return how many leading bytes of `data` are whole members."""
    ends = [0]
    with suppress(zlib.error):
        for _, end in members(data):
            ends.append(end)
    return ends[-1]
