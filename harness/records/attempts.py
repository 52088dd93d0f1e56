"""Attempts: work that is begun again where a board or link broke, and which row of it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.records.measurement import Measurement, Status

Key = tuple[str, str]  # board, item


@dataclass(frozen=True, kw_only=True)
class Begun:
    """One attempt that was begun on a board: where its spool lies, and what was measured with."""

    board: str
    attempt: int
    directory: str
    runner_sha256: str
    environment: str


def key(row: Measurement) -> Key:
    """Return what all attempts at one planned item share."""
    return row.board, row.item


def current(rows: Iterable[Measurement]) -> dict[Key, Measurement]:
    """Return the row that counts for each planned item: the last one, but INFRA displaces nothing.

    A verdict is never retried: only a row that tells of link or board may be followed by another.
    """
    found: dict[Key, Measurement] = {}
    for row in rows:
        before = found.get(key(row))
        if before is None or row.status is not Status.INFRA or before.status is Status.INFRA:
            found[key(row)] = row
    return found
