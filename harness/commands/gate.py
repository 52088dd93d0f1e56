"""`harness gate`: is head slower than base? Two runner builds, interleaved on one board.

Screen first; a hit must be confirmed in a second session before anything turns red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import EXIT_CANNOT_TELL, EXIT_FINDING, CannotTellError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.board import BoardEntry
    from harness.session.arms import Duel, ItemSlots
    from harness.session.ready import Ready
    from harness.stats.compare import Comparison, Rule

ON_UNKNOWN = {"fail": EXIT_FINDING, "warn": 0, "pass": 0}


def gate(
    suite: str = typer.Argument("@local", help="Suite whose native items are compared."),
    base: str | None = typer.Option(None, help="Runner file or git revision to compare with."),
    head: str | None = typer.Option(None, help="Runner file or git revision; default: as it is."),
    board: str | None = typer.Option(None, "-b", help="The one board; default: the suite's first."),
    keyword: str | None = typer.Option(None, "-k", help="Only items whose label holds this."),
    margin: float | None = typer.Option(None, min=0.0, max=1.0, help="Default 0.02."),
    pairs: int | None = typer.Option(None, min=6, max=200, help="Pairs of the screen (10)."),
    on_unknown: str | None = typer.Option(None, help="fail, warn or pass; default: exit 3."),
) -> None:
    """Compare two runner builds, interleaved. Exit 0 no regression, 1 regressed, 3 cannot tell."""
    if on_unknown is not None and on_unknown not in ON_UNKNOWN:
        raise ConfigError(f"--on-unknown {on_unknown!r}", do=f"one of {', '.join(ON_UNKNOWN)}")
    if base is None:
        raise CannotTellError(
            "no baseline: a gate compares two builds, run in turns on one board",
            do="give one: --base REVISION or --base RUNNER_FILE (see `harness build`)",
        )
    verdicts = _duel(suite, base, head, board, keyword, margin, pairs)
    raise typer.Exit(_exit_code(verdicts, on_unknown))


def _duel(
    suite: str,
    base: str,
    head: str | None,
    board: str | None,
    keyword: str | None,
    margin: float | None,
    pairs: int | None,
) -> list[Comparison]:
    from dataclasses import replace

    from harness.commands.planning import make_plan, prepare_works, select
    from harness.session.arms import Duel
    from harness.session.job import holder
    from harness.stats.compare import RULES
    from harness.store.layout import new_run_id

    chosen = select(suite, [board] if board else [])
    entry = chosen.entries[0]
    arms = [_arm(entry, words) for words in (base, head)]
    _refuse_emulated(arms[0])
    plan = make_plan(chosen, [arms[0].facts], keyword=keyword, profile=None)
    native = [p for p in plan.items if not p.skip and p.item.runtime == "native"]
    works = prepare_works(native, arms[0].facts, plan)
    if not works:
        raise CannotTellError("nothing to compare: the suite has no native item here")
    duel = Duel(
        run=new_run_id(),
        holder=holder(),
        base=arms[0],
        head=arms[1],
        works=works,
        protocol=plan.protocol,
        seed=plan.seed,
    )
    rule = RULES["latency"]
    rule = replace(rule, margin=rule.margin if margin is None else margin)
    if pairs is not None:
        rule = replace(rule, screen=replace(rule.screen, pairs=pairs))
    note(f"base {arms[0].deployed.sha256[:12]}, head {arms[1].deployed.sha256[:12]}")
    return _judge(duel, rule)


def _arm(entry: BoardEntry, words: str | None) -> Ready:
    from harness.commands.builds import runner_build
    from harness.session.ready import make_ready
    from harness.transport.registry import open_transport

    return make_ready(entry, open_transport, lambda target: runner_build(words, target))


def _refuse_emulated(ready: Ready) -> None:
    if ready.facts.emulated:
        raise CannotTellError(
            f"{ready.facts.name} is emulated ({ready.facts.emulated}): its times mean nothing",
            do="gate on a real board",
        )


def _judge(duel: Duel, rule: Rule) -> list[Comparison]:
    from dataclasses import replace

    from harness.session.arms import interleave
    from harness.session.follow import Control
    from harness.stats.compare import confirm, screen

    control = Control()
    slots = interleave(duel, rule.screen.pairs, control, note, stage="screen")
    found = {i: screen(s.pairs(), rule.margin, rule.screen.alpha) for i, s in slots.items()}
    hits = {i: c.hit for i, c in found.items() if c.hit and not slots[i].faults}
    if hits:
        note(f"{len(hits)} hits: confirming in a fresh session")
        again = replace(duel, works=[w for w in duel.works if w.item.item_id in hits])
        fresh = interleave(again, rule.confirm.pairs, control, note, stage="confirm")
        for item, kept in fresh.items():
            found[item] = confirm(kept.pairs(), rule.margin, hits[item], rule.confirm.alpha)
            slots[item].faults.extend(kept.faults)
    for work in duel.works:
        _print(work.item.label, found, slots, work.item.item_id)
    return [_spoiled(found[i]) if slots[i].faults else found[i] for i in found]


def _spoiled(comparison: Comparison) -> Comparison:
    from dataclasses import replace

    from harness.stats.compare import Verdict

    return replace(comparison, verdict=Verdict.INCONCLUSIVE)


def _print(
    label: str, found: dict[str, Comparison], slots: dict[str, ItemSlots], item: str
) -> None:
    from harness.stats.compare import Verdict

    c, faults = found[item], slots[item].faults
    verdict = Verdict.INCONCLUSIVE if faults else c.verdict
    change = f"{(c.ratio - 1) * 100:+.2f} % [{(c.low - 1) * 100:+.2f}, {(c.high - 1) * 100:+.2f}]"
    words = f"{len(faults)} slots spoiled: {faults[0]}" if faults else c.words
    finds = f"finds {c.detectable * 100:.1f} %"
    out(f"{verdict.value:12}  {label}  {change}  {c.pairs} pairs, {finds}  {words}")


def _exit_code(verdicts: Sequence[Comparison], on_unknown: str | None) -> int:
    from harness.errors import worst
    from harness.stats.compare import Verdict

    codes = set()
    if any(c.verdict is Verdict.REGRESSED for c in verdicts):
        codes.add(EXIT_FINDING)
    if any(c.verdict is Verdict.INCONCLUSIVE for c in verdicts):
        codes.add(EXIT_CANNOT_TELL if on_unknown is None else ON_UNKNOWN[on_unknown])
    # a proven regression says more than another item's noise
    return EXIT_FINDING if EXIT_FINDING in codes else worst(codes)
