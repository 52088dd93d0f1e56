"""What an examination of a board saw, and the form of what is found in it; judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.boards.place import Place
from harness.boards.probe import Probe
from harness.errors import HarnessError
from harness.records.board import BoardEntry, BoardFacts


class Level(StrEnum):
    """How bad it is: a problem spoils or prevents numbers, a note is to be known."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence about a board, with what to do where something can be done."""

    level: Level
    topic: str
    words: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """How far an examination came: None stands for what could not be asked any more.

    `meters` maps the meters beside the board to the watts they said, or to why they said none.
    `error` and `fix` are the words of what stopped it; `reached` is False when there was no way to
    the board at all. `runtimes` maps a name to "" or why it cannot run, `networks` a name to the
    runtimes for it.
    """

    entry: BoardEntry
    probe: Probe | None = None
    facts: BoardFacts | None = None
    place: Place | None = None
    runtimes: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meters: Mapping[str, float | HarnessError] = field(default_factory=dict)
    reached: bool = True
    error: str = ""
    fix: str = ""


Check = Callable[[Examined], Iterator[Finding]]


def ok(topic: str, words: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(level=Level.OK, topic=topic, words=words)


def note(topic: str, words: str, fix: str = "") -> Finding:
    """Return a finding that should be known."""
    return Finding(level=Level.NOTE, topic=topic, words=words, fix=fix)


def problem(topic: str, words: str, fix: str) -> Finding:
    """Return a finding that spoils numbers; there is always something to do."""
    return Finding(level=Level.PROBLEM, topic=topic, words=words, fix=fix)
