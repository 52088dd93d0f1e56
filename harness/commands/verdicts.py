"""What a gate says of its items: a line, a row of JSON, an exit code. Nothing is judged here."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.commands.console import note
from harness.errors import EXIT_CANNOT_TELL, EXIT_FINDING, EXIT_ITEMS, StoreError
from harness.stats.compare import Comparison, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ON_UNKNOWN = {"fail": EXIT_FINDING, "warn": 0, "pass": 0}
NUMBERS = ("ratio", "low", "high", "pairs", "detectable")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said of one item; with objections nothing is proven, whatever the numbers are."""

    item: str
    label: str
    comparison: Comparison
    objections: tuple[str, ...]
    is_wrong: bool = False  # an arm crashed or gave a wrong output: no noise, whatever the times

    @property
    def verdict(self) -> Verdict:
        """The comparison's verdict, or `inconclusive` where there are objections."""
        return Verdict.INCONCLUSIVE if self.objections else self.comparison.verdict

    @property
    def words(self) -> str:
        """Why."""
        if not self.objections:
            return self.comparison.words
        more = f" (and {len(self.objections) - 1} more)" if len(self.objections) > 1 else ""
        return self.objections[0] + more


def line(answer: Answer) -> str:
    """Return the answer in one line, verdict first."""
    c = answer.comparison
    head = f"{answer.verdict.value:12}  {answer.label}"
    if c.pairs == 0:
        return f"{head}  no pairs  {answer.words}"
    change = f"{_percent(c.ratio)} [{_percent(c.low)}, {_percent(c.high)}]"
    return f"{head}  {change}  {c.pairs} pairs, finds {_percent(1 + c.detectable)}  {answer.words}"


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.2f} %"


def write(path: Path, builds: tuple[str, str], answers: Sequence[Answer]) -> None:
    """Write the list as JSON; `builds` are the sha256 of base and head."""
    base_sha256, head_sha256 = builds
    rows = [
        {
            "item": a.item,
            "label": a.label,
            "verdict": a.verdict.value,
            **{key: _finite(getattr(a.comparison, key)) for key in NUMBERS},
            "words": "; ".join(a.objections) or a.words,
            "base_sha256": base_sha256,
            "head_sha256": head_sha256,
        }
        for a in answers
    ]
    try:
        path.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from None


def _finite(value: float) -> float | None:
    """Too few pairs bound nothing: JSON has no infinity, absent is null."""
    return value if math.isfinite(value) else None


def exit_code(answers: Sequence[Answer], on_unknown: str | None) -> int:
    """Return the exit code of a gate that answered; a build that is wrong is never soft."""
    if any(a.is_wrong for a in answers):
        return EXIT_ITEMS
    verdicts = {a.verdict for a in answers}
    # a proven regression says more than another item's noise
    if Verdict.REGRESSED in verdicts:
        return EXIT_FINDING
    if Verdict.INCONCLUSIVE not in verdicts:
        return 0
    if on_unknown == "warn":
        note("warning: for some items nothing can be told")
    return EXIT_CANNOT_TELL if on_unknown is None else ON_UNKNOWN[on_unknown]
