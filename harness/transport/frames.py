"""The runner's lines: `HB1 <seq> <length> <crc32c> <json>`, checked so that damage never passes.

Every other line is log noise. What a frame means is not known here.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_CAP_BYTES = 64 << 10
DEPTH_CAP = 20
_MARK = b"HB1 "
_HEAD = re.compile(rb"HB1 (0|[1-9][0-9]{0,18}) (0|[1-9][0-9]{0,5}) ([0-9a-f]{8}) ")
# possessive, and a string that never ends is one token: what is hostile takes no longer to read
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_INT_CAP = 1 << 64
_CASTAGNOLI = 0x82F63B78  # CRC-32C reflected; zlib.crc32 is another polynomial


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_CASTAGNOLI if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of `data`; `crc32c(b"123456789") == 0xE3069283`."""
    value, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One verified frame; `raw` is its JSON text exactly as the board hashed it."""

    seq: int
    payload: dict[str, Any]
    raw: bytes

    @property
    def kind(self) -> str:
        """What the frame says it is: hello, sample, item_end, ..."""
        return str(self.payload["kind"])


class FrameReader:
    """Turns lines into frames in their order; `next_seq` is the first one to expect."""

    def __init__(self, next_seq: int = 0, *, where: str = "") -> None:
        self.next_seq = next_seq
        self._where = where

    def feed(self, line: bytes) -> Frame | None:
        """Return the frame in `line`, or None for noise and for a torn end without newline.

        Raises ProtocolError when a frame is damaged, too long, out of order or not strict JSON.
        """
        if not line.startswith(_MARK):
            return None
        if len(line) > LINE_CAP_BYTES:
            raise self._bad("is longer than 64 KiB")
        if not line.endswith(b"\n"):
            return None
        head = _HEAD.match(line)
        if head is None:
            raise self._bad("has a damaged head")
        raw = line[head.end() : -1]
        if len(raw) != int(head[2]):
            raise self._bad(f"says {int(head[2])} bytes and has {len(raw)}")
        if crc32c(raw) != int(head[3], 16):
            raise self._bad("fails its checksum")
        if int(head[1]) != self.next_seq:
            raise self._bad(f"is followed by number {int(head[1])}, or is missing")
        try:
            payload = strict_json(raw)
        except ValueError as error:
            raise self._bad(f"is not a record: {error}") from None
        frame = Frame(seq=self.next_seq, payload=payload, raw=raw)
        self.next_seq += 1
        return frame

    def _bad(self, words: str) -> ProtocolError:
        return ProtocolError(
            f"frame {self.next_seq} {words}",
            where=self._where,
            do="the spool on the board still holds it: attach again; if again, check the cable",
        )


def strict_json(raw: bytes) -> dict[str, Any]:
    """Return the object in `raw`; ValueError for anything JSON readers disagree about.

    Refused: bytes beyond ASCII, NaN, infinities and numbers that become one, integers past 64
    bits, a key given twice, nesting past 20, and an object whose first key is not `kind`.
    """
    text = raw.decode("ascii")
    _check_depth(text)
    data = json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_bounded,
        object_pairs_hook=_unique,
    )
    if not isinstance(data, dict) or next(iter(data), "") != "kind":
        raise ValueError('no object whose first key is "kind"')
    if not isinstance(data["kind"], str):
        raise ValueError("its kind is not a word")  # noqa: TRY004 - bad data
    return data


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > DEPTH_CAP:
                raise ValueError(f"nested deeper than {DEPTH_CAP}")
        elif token[0] in "]}":
            depth -= 1


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(f"{word[:40]} is out of range")
    return value


def _bounded(word: str) -> int:
    # 20 digits hold 64 bits; longer ones cost quadratic time to convert
    if len(word.lstrip("-")) > 20 or (value := abs(int(word))) > _INT_CAP:
        raise ValueError(f"{word[:40]} is out of range")
    return -value if word.startswith("-") else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key is given twice")
    return data


def encode(seq: int, payload: Mapping[str, object]) -> bytes:
    """Return the line a board would print for `payload`; `kind` must be its first key."""
    raw = json.dumps(payload, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"HB1 %d %d %08x %s\n" % (seq, len(raw), crc32c(raw), raw)
