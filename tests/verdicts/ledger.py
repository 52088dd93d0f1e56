"""What the verdict tests saw, written down by those that passed; `table` makes the page of it."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.records.rules import RULES

FOLDER = Path(__file__).parents[2] / "build" / "verdicts"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One injection that was found: the rule, what was done, and what the row said."""

    rule: str
    how: str
    verdict: str
    test: str


def found(rule: str, how: str, verdict: str) -> None:
    """Keep one injection; called after its assertions held."""
    assert rule in RULES, rule
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0].partition("[")[0]
    FOLDER.mkdir(parents=True, exist_ok=True)
    seen = Seen(rule=rule, how=how, verdict=verdict, test=test)
    name = f"{rule}-{zlib.crc32(how.encode()):08x}.json"
    (FOLDER / name).write_text(json.dumps(asdict(seen)), encoding="utf-8")


def read() -> list[Seen]:
    """Return all that was found since the folder was emptied."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return [Seen(**row) for row in rows]
