"""Writes the table of coverage into docs/METHODOLOGY.md: `python -m tests.power.sim.table`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.power.sim.trials import SETTINGS, Coverage, coverage, trial

PAGE = Path(__file__).parents[3] / "docs" / "METHODOLOGY.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
COLUMNS = (
    "configuration",
    "trials",
    "gross covered",
    "u / error",
    "net given",
    "net covered",
    "u / error",
    "bounds that held",
)
HEAD = "| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|\n"


def main() -> None:
    """Run all trials and put the table between the page's marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    rows = []
    for setting in SETTINGS.values():
        found = coverage([trial(setting, seed) for seed in range(trials)])
        rows.append(row(setting.words, found))
        print(rows[-1], end="", flush=True)  # noqa: T201
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN + "\n")
    PAGE.write_text(
        before + BEGIN + "\n" + HEAD + "".join(rows) + END + rest.split(END)[1], encoding="utf-8"
    )


def row(words: str, found: Coverage) -> str:
    """Return one line of the table; what a load that is not resolved gives is no net."""
    net = ("-", "-")
    if found.nets > found.trials / 2:
        net = (_share(found.net, found.nets), f"{found.ratio_net:.2f}")
    bounds = _share(found.upper, found.uppers) if found.uppers else "-"
    cells = [
        words,
        str(found.trials),
        _share(found.gross, found.trials),
        f"{found.ratio_gross:.2f}",
        str(found.nets),
        *net,
        bounds,
    ]
    return "| " + " | ".join(cells) + " |\n"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


if __name__ == "__main__":
    main()
