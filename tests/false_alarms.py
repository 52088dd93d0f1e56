"""How often a rule speaks where nothing is wrong: `python -m tests.false_alarms [N] [OPTION ...]`.

Measures N small kernel items (500 unless told) on the machine at hand, in several runs one after
the other, and prints how many items broke each rule. Only a quiet machine gives a figure that means
something: steal and pressure of a shared one are seen rightly, and so is a unit of the core that
its neighbours use as well. More options go to `harness run`: `--isa-mask amxint8` leaves out the
matrix tiles, which run at half their speed for milliseconds on some shared hosts.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.helpers.cli import User

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEMS = 500
LIMIT = 0.02
SIDES = (16, 24, 32, 48, 64, 80, 96, 128, 160, 192)
SCHEMES = ("w1a1", "terna1", "w2a2", "w4a4", "w8a8", "fp32")
A_RUN = len(SIDES) * len(SCHEMES)
# the quick profile, with half its time
HEAD = "profile: quick\nprotocol: {warmup_ms: 20.0, budget_s: 600}\n"


def runs(items: int, *options: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of one run after the other, until there are enough."""
    done = 0
    while done < items:
        with tempfile.TemporaryDirectory(prefix="false-alarms-") as folder:
            user = User(Path(folder))
            user.write("boards.yaml", f"boards:\n  here: {{dir: {folder}/board}}\n")
            wanted = -(-min(A_RUN, items - done) // len(SCHEMES))
            shapes = ", ".join(f"{side}x{side}x{side}" for side in SIDES[:wanted])
            schemes = ", ".join(SCHEMES)
            matrix = f"  - {{ops: [gemm], schemes: [{schemes}], shapes: [{shapes}]}}"
            user.suite("here", matrix, HEAD)
            ended = user.harness("run", "suite.yaml", *options)
            if ended.code:
                sys.stderr.write(ended.err)
            yield user.rows()
            done += wanted * len(SCHEMES)


def words(broken: Counter[str], suspect: int, items: int) -> str:
    """Return the table: each rule, how many items broke it, and whether that is too many."""
    lines = [f"| {code} | {count} | {count / items:.1%} |" for code, count in broken.most_common()]
    verdict = "below" if suspect < LIMIT * items else "NOT below"
    return "\n".join(
        [
            "| rule | items | share |",
            "|---|---|---|",
            *lines,
            f"{suspect} of {items} items not OK: {suspect / items:.1%}, {verdict} {LIMIT:.0%}",
        ]
    )


def say(text: str) -> None:
    """Print at once: a long wait follows."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, print after each run, and end with 1 where it is too many."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    broken: Counter[str] = Counter()
    suspect = count = 0
    for rows in runs(items, *sys.argv[2:]):
        count += len(rows)
        suspect += sum(row["status"] != "OK" for row in rows)
        for row in rows:
            broken.update({reason["rule"] for reason in row.get("reasons", ())})
        say(words(broken, suspect, count))
        for row in rows:
            for reason in row.get("reasons", ()):
                shape = f"{row['scheme']} {row['shape']}"
                seen, limit = reason.get("seen"), reason.get("limit")
                say(f"  {shape}: {reason['rule']} {reason['words']} ({seen} against {limit})")
    return suspect >= LIMIT * items


if __name__ == "__main__":
    sys.exit(main())
