"""Writes docs/VERDICTS.md from the table of rules and from what the verdict tests found.

python -m pytest tests/verdicts && python -m tests.verdicts.table
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.records.rules import RULES
from tests.verdicts import ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.rules import Rule

PAGE = Path(__file__).parents[2] / "docs" / "VERDICTS.md"
HEAD = """\
# Verdicts: every rule, its limit, and how we know that it finds what it looks for

Written by `make verdicts`, from `harness/records/rules.py` and from what the tests
in `tests/verdicts` found; not edited by hand.

An item is `OK`, `SUSPECT` (the work was right, the conditions were not) or `INVALID` (the number
cannot be believed and enters no comparison). The state of the board is read before and after every
repetition. A rule whose files, counters or clocks are not there is **unknown** for that item: it
stands under `unknown` of the item (`harness show RUN/ITEM`) and, folded, on the board's card of the
report, and is never taken for fine. What a rule sees without it spoiling anything is under `notes`.

`bars`: an item that broke the rule stays out of r = rankings, g = the gate, p = publication.
An emulated board, and one whose parts contradict each other (machine, /proc/cpuinfo, device tree),
is labelled `emulated`: never ranked, never a baseline. A hypervisor's guest is labelled `vm`.
"""
LOOSE = """\
## Not evaluated

* V03 and V05 for programs and other runtimes: the loop and the inputs are theirs. Networks have V05
  only: their inputs are one blob.
* V09 on a host with a Movidius stick says nothing of the stick: it tells nobody that it slows down.
* V19 looks at processes: spread between them, and two speeds; not for two speeds within one.
* A board's clock that goes slower than the controller's is found only over 10 s and more, in a run
  that was followed from its start.

## On a quiet machine

`python -m tests.false_alarms [N]` measures N small items on the machine at hand, one after the
other, and counts how often each rule was broken. Run it where nothing else runs: steal and pressure
of a shared machine are no false alarms.

Measured on two cores of a shared Xeon (profile quick, six schemes, ten sizes from 16 to 192): with
`--isa-mask amxint8` 10 of 504 items were not OK, and 9 of 504 of another run (1.9 %), all of
them `imprecise`, by an interval of 2.1 to 3.9 % where 2 % was asked for, one by V19 as well; no
rule about the board spoke. With the matrix tiles 34 of 504: 22 of w8a8, 10 of these by V19 as well.
These 22 are no false alarms: there the tiles run at half of their speed for 2 to 30 ms at a time,
1 % of the time, also in a bare loop of tile instructions without this harness, while the clock and
all other units keep their pace.
"""
TEST_OF = {
    "V06": "tests/session/test_rules.py",
    "V19": "tests/session/test_rules.py",
    "V20": "tests/session/test_rules.py",
    "V21": "tests/power/test_energy.py",
    "V23": "tests/session/test_rules.py",
    "V24": "tests/session/test_judge.py",
    "V27": "tests/session/test_judge.py",
    "V28": "tests/faults/test_f23_fallback.py",
    "no_steady_state": "tests/session/test_rules.py",
    "imprecise": "tests/session/test_rules.py",
    "partial": "tests/session/test_attempts.py",
}


def rules() -> str:
    """Return the table of all rules: what the code means by each."""
    return _table(
        ("rule", "verdict", "bars", "broken where", "limit", "needs, else unknown"),
        [(r.code, r.verdict.value, _bars(r), r.meaning, r.limit, r.needs) for r in RULES.values()],
    )


def injections(seen: Sequence[ledger.Seen]) -> str:
    """Return the table of what was broken on purpose, and whether the rule said so."""
    rows = []
    for code in RULES:
        mine = [one for one in seen if one.rule == code]
        rows += [(code, one.verdict, one.how, "found", f"`{one.test}`") for one in mine]
        verdict, test = RULES[code].verdict.value, TEST_OF.get(code)
        if not mine and test:
            rows.append((code, verdict, "by the test that is named", "", f"`{test}`"))
        elif not mine:
            rows.append((code, verdict, "", "**not witnessed**", ""))
    return _table(("rule", "verdict", "injected how", "live run", "test"), rows)


def render(seen: Sequence[ledger.Seen]) -> str:
    """Return the whole page."""
    return "\n".join(
        [HEAD, rules(), "## Broken on purpose\n", injections(seen), LOOSE.rstrip(), ""]
    )


def _bars(rule: Rule) -> str:
    flags = {"r": rule.bars_ranking, "g": rule.bars_gate, "p": rule.bars_publication}
    return " ".join(name for name, bars in flags.items() if bars)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(ledger.read()), encoding="utf-8")


if __name__ == "__main__":
    main()
