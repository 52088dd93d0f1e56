"""What looking at one rule can end in: broken (a Reason), noted, unknown; None is "holds"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.records.measurement import Reason

if TYPE_CHECKING:
    from harness.session.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """The rule could not be evaluated for this item; `words` say what was missing."""

    words: str


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Something was seen that spoils nothing here."""

    words: str
    seen: float | None = None
    limit: float | None = None


Found = Reason | Unknown | Noted | None
Seen = Callable[["Evidence"], Found]


def not_timed_by_us(e: Evidence) -> bool:
    """Whether a program did the work: what only our own loop can tell is unknown then."""
    return e.work.item.runtime != "native"
