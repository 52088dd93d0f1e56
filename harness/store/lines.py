"""JSON text read strictly: one torn tail is forgiven, everything else is refused by line number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from harness.errors import StoreError

LINE_MAX = 64 << 20
WHOLE_MAX = 20  # characters


@dataclass(frozen=True, kw_only=True)
class Line:
    """One whole line: its number from 1, the offset of its end, its bytes without the newline."""

    number: int
    end: int
    raw: bytes


def split(data: bytes) -> tuple[list[Line], bytes]:
    """Return the whole lines of `data` and the torn tail behind the last newline."""
    lines: list[Line] = []
    start = 0
    while (stop := data.find(b"\n", start)) >= 0:
        lines.append(Line(number=len(lines) + 1, end=stop + 1, raw=data[start:stop]))
        start = stop + 1
    return lines, data[start:]


def objects(lines: list[Line], path: Path) -> Iterator[tuple[Line, dict[str, Any]]]:
    """Yield each line's JSON object; raises StoreError with path:line for what is none."""
    for line in lines:
        yield line, parse_object(line.raw, f"{path}:{line.number}")


def parse_object(raw: bytes, where: str) -> dict[str, Any]:
    """Return one JSON object; NaN, infinities, integers beyond 64 bits, repeated keys and deep
    nesting are refused."""
    if len(raw) > LINE_MAX:
        raise StoreError(f"{len(raw)} bytes in one line", where=where)
    try:
        # decoded here: json would take UTF-16, UTF-32 and a byte order mark for what we wrote
        data = json.loads(
            raw.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise StoreError(f"not a record: {error}", where=where, do=_DO) from None
    if not isinstance(data, dict):
        raise StoreError(f"wants an object, has {type(data).__name__}", where=where, do=_DO)
    return data


_DO = "the file was changed by something else; restore it from a copy, or rerun"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return value


def _whole(text: str) -> int:
    # the longest is a negative one of 64 bits; a float is made of some of these later
    if len(text) > WHOLE_MAX:
        raise ValueError(f"{text[:WHOLE_MAX]}... is too large")
    return int(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key is given twice")
    return data
