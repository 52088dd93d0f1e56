"""What the tables of both benches have alike, and the page that they share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MISSING = "unavailable"


def ratio(middle: float, low_high: tuple[float, float]) -> str:
    """Return a ratio with its range over the rounds; nothing for no ratio."""
    low, high = low_high
    return f"{middle:.2f} [{low:.2f}..{high:.2f}]" if middle else ""


def verdict(met: bool | None) -> str:  # noqa: FBT001 a cell's value
    """Return the last cell of a line."""
    return {True: "yes", False: "**no**", None: ""}[met]


def line(cells: Iterable[str]) -> str:
    """Return one line of a table."""
    return "| " + " | ".join(cells) + " |"


def closing(verdicts: Iterable[tuple[bool | None, float]]) -> str:
    """Count what is met; `verdicts` are (met, target), target 0 = only shown."""
    known = list(verdicts)
    judged = [met for met, _ in known if met is not None]
    unknown = sum(1 for met, target in known if met is None and target > 0)
    return f"{sum(judged)} of {len(judged)} met, {unknown} without a verdict.\n"


def put(path: Path, part: str) -> None:
    """Write `part`, which begins with `# Title`, in place of the part of that title."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    parts = {
        _title(text): text for text in re.split(r"^(?=# )", before, flags=re.MULTILINE) if text
    }
    parts[_title(part)] = part
    whole = "\n\n".join(text.strip("\n") for text in parts.values())
    path.write_text(whole + "\n", encoding="utf-8")


def _title(part: str) -> str:
    return part.partition("\n")[0]
