"""What the fault suite saw, written down by the tests that passed; `table` makes the page of it."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.cases import CASES

# a Seen as JSON, and the test that saw it
Row = dict[str, str | float | None]

FOLDER = Path(__file__).parents[2] / "build" / "faults"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One passed test of a fault: on what, what came of it, and figures worth a column."""

    case: str
    on: str
    saw: str
    noticed_s: float | None = None  # from the injection to the first word about it


def witness(case: str, *, on: str, saw: str, noticed_s: float | None = None) -> None:
    """Keep what a test saw; called as its last line, after every assertion held."""
    assert case in CASES, case
    seen = Seen(case=case, on=on, saw=saw, noticed_s=noticed_s)
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"{case}-{zlib.crc32(f'{test} {on}'.encode()):08x}.json"
    (FOLDER / name).write_text(json.dumps({"test": test, **asdict(seen)}), encoding="utf-8")


def read() -> list[Row]:
    """Return everything that was seen since the folder was emptied, by case and server."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("F*.json")]
    return sorted(rows, key=lambda row: (row["case"], row["on"], row["test"]))
