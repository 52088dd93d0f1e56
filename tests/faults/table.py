"""Writes docs/RELIABILITY.md from what the fault suite saw: `make reliability`."""

from __future__ import annotations

from pathlib import Path

from tests.faults import ledger
from tests.faults.cases import CASES

PAGE = Path(__file__).parents[2] / "docs" / "RELIABILITY.md"

HEAD = """\
# Reliability: what was broken on purpose, and what came of it

Written by the fault suite itself (`make reliability`); not edited by hand. Servers are real OpenSSH
and dropbear processes on 127.0.0.1 or in network namespaces of the tests; "emulated" boards are
foreign Debian roots under qemu-user. A line stands here only if every assertion of its test held.
In every case: planned items == accounted items, no traceback, no number without a verified close.

Times are of one run of the suite on one shared two-core machine: they say what order of size to
expect, and are no benchmark.
"""


def render(rows: list[ledger.Row]) -> str:
    """Return the page: one section a fault."""
    parts = [HEAD]
    for code, case in CASES.items():
        mine = [row for row in rows if row["case"] == code]
        parts.append(f"## {code} {case.title}\n")
        parts.append(f"* injected: {case.injected}\n* expected: {case.expected}\n")
        if not mine:
            parts.append("**Not witnessed in this run of the suite.**\n")
            continue
        parts.append("| on | what happened | noticed after |\n|---|---|---|")
        parts += [f"| {row['on']} | {row['saw']} | {_seconds(row['noticed_s'])} |" for row in mine]
        parts.append("")
    return "\n".join(parts)


def _seconds(value: str | float | None) -> str:
    return "" if value is None else f"{float(value):.1f} s"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(ledger.read()), encoding="utf-8")


if __name__ == "__main__":
    main()
