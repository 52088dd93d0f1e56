"""`harness gate`: is head slower than base? Two runner builds, interleaved on one board.

Screen first; a hit must be confirmed in a second session before anything turns red.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.commands.stopping import stoppable
from harness.commands.verdicts import ON_UNKNOWN, Answer, exit_code, line, write
from harness.errors import CannotTellError, ConfigError, RunInterruptedError
from harness.stats.compare import RULES, Comparison, Rule, confirm, screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.commands.planning import Chosen
    from harness.records.board import BoardEntry
    from harness.session.arms import Duel, ItemSlots
    from harness.session.link import Control
    from harness.session.ready import Ready

# before a confirm session: the board forgets the heat and the neighbours of the screen
PAUSE_S = 5.0


def gate(
    suite: str = typer.Argument("@local", help="Suite whose native items are compared."),
    base: str | None = typer.Option(None, help="Runner file or git revision to compare with."),
    head: str | None = typer.Option(None, help="Runner file or git revision; default: as it is."),
    board: str | None = typer.Option(None, "-b", help="The one board; default: the suite's first."),
    keyword: str | None = typer.Option(None, "-k", help="Only items whose label holds this."),
    margin: float | None = typer.Option(None, min=0.0, max=1.0, help="Default 0.02."),
    pairs: int | None = typer.Option(None, min=6, max=200, help="Pairs of the screen (10)."),
    on_unknown: str | None = typer.Option(None, help="fail, warn or pass; default: exit 3."),
    json_file: Path | None = typer.Option(None, "--json", help="Write the verdicts here too."),
) -> None:
    """Compare two runner builds in turns. Exit 0 fine, 1 regressed, 3 cannot tell, 4 wrong."""
    from harness.commands.planning import select, settle_networks

    if on_unknown is not None and on_unknown not in ON_UNKNOWN:
        raise ConfigError(f"--on-unknown {on_unknown!r}", do=f"one of {', '.join(ON_UNKNOWN)}")
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise ConfigError(f"--json {json_file}: no such folder")
    if base is None:
        raise CannotTellError(
            "no baseline: a gate compares two builds, run in turns on one board",
            do="give one: --base REVISION or --base RUNNER_FILE (see `harness build`)",
        )
    chosen = select(suite, [board] if board else [])
    if board and len(chosen.entries) > 1:
        names = ", ".join(e.name for e in chosen.entries)
        raise ConfigError(f"-b {board} selects several boards: {names}", do="name one of them")
    settle_networks(chosen, profile=None, keyword=keyword)
    with _arms(chosen.entries[0], base, head) as arms:
        duel = _duel(chosen, arms, keyword)
        answers = _judge(duel, _rule(margin, pairs))
    for answer in answers:
        out(line(answer))
    if json_file is not None:
        write(json_file, (duel.base.deployed.sha256, duel.head.deployed.sha256), answers)
    raise typer.Exit(exit_code(answers, on_unknown))


@contextmanager
def _arms(entry: BoardEntry, base: str, head: str | None) -> Iterator[tuple[Ready, Ready]]:
    """Bring both builds onto the board over one link, which is closed at the end."""
    from harness.commands.builds import runner_build
    from harness.session.deploy import deploy
    from harness.session.ready import make_ready
    from harness.transport.registry import open_transport

    note(f"reaching {entry.name}")
    ready = make_ready(entry, open_transport, lambda target: runner_build(base, target))
    try:
        facts = ready.facts
        if facts.emulated:
            raise CannotTellError(
                f"{facts.name} is emulated ({facts.emulated}): its times mean nothing",
                do="gate on a real board",
            )
        binary = runner_build(head, facts.hello.target)
        deployed = deploy(ready.transport, entry, binary.path, binary.sha256)
        yield ready, replace(ready, deployed=deployed)
    finally:
        ready.link.close()


def _duel(chosen: Chosen, arms: tuple[Ready, Ready], keyword: str | None) -> Duel:
    from harness.commands.planning import Workshop, make_plan
    from harness.records.scenario import long_run
    from harness.session.arms import Duel
    from harness.session.job import holder
    from harness.store.layout import new_run_id

    base, head = arms
    plan = make_plan(chosen, [base.facts], keyword=keyword, profile=None)
    ours = [p for p in plan.items if not p.skip and p.item.runtime == "native"]
    # two builds are compared on the board as it is; a slot is one short process
    native = [p for p in ours if p.item.mode == "default" and long_run(p.item.scenario) is None]
    if not native:
        raise CannotTellError("nothing to compare: the suite has no native item here")
    if len(native) < len(plan.items):
        left_out = len(plan.items) - len(native)
        note(f"{left_out} items are left out: only native ones in short runs tell builds apart")
    base_sha256, head_sha256 = (arm.deployed.sha256 for arm in arms)
    same = " (the same build)" if base_sha256 == head_sha256 else ""
    note(f"base {base_sha256[:12]}, head {head_sha256[:12]}{same}")
    return Duel(
        run=new_run_id(),
        holder=holder(),
        base=base,
        head=head,
        works=Workshop(plan).works(native, base.facts),
        protocol=plan.protocol,
        seed=plan.seed,
    )


def _rule(margin: float | None, pairs: int | None) -> Rule:
    rule = RULES["latency"]
    stage = rule.screen if pairs is None else replace(rule.screen, pairs=pairs)
    return replace(rule, margin=rule.margin if margin is None else margin, screen=stage)


def _judge(duel: Duel, rule: Rule) -> list[Answer]:
    """Run the screen, then one fresh session for all hits that nothing speaks against."""
    from harness.session.arms import interleave
    from harness.session.link import Control

    control = Control()
    with stoppable(control, leaves_at_once=True):
        slots = interleave(duel, rule.screen.pairs, control, note, stage="screen")
        first = {
            item: screen(kept.pairs(), rule.margin, rule.screen.alpha)
            for item, kept in slots.items()
        }
        answers = _answers(duel, slots, first)
        hits = {a.item: a.comparison.hit for a in answers if a.comparison.hit and not a.objections}
        _refuse_half(control)
        if not hits:
            return answers
        note(f"{len(hits)} of {len(answers)} items differ: confirming in a fresh session")
        time.sleep(PAUSE_S)
        # other operands too: what only one input shows is no regression
        works = [w for w in duel.works if w.item.item_id in hits]
        again = replace(duel, works=works, seed=duel.seed + 1)
        fresh = interleave(again, rule.confirm.pairs, control, note, stage="confirm")
        second = {
            item: confirm(kept.pairs(), rule.margin, hits[item], rule.confirm.alpha)
            for item, kept in fresh.items()
        }
        _refuse_half(control)
        settled = {a.item: a for a in _answers(again, fresh, second)}
        return [settled.get(a.item, a) for a in answers]


def _refuse_half(control: Control) -> None:
    if control.cancel.is_set():
        raise RunInterruptedError("stopped: nothing is said of a comparison that is not whole")


def _answers(duel: Duel, slots: dict[str, ItemSlots], found: dict[str, Comparison]) -> list[Answer]:
    from harness.session.arms import objections

    return [
        Answer(
            item=work.item.item_id,
            label=work.item.label,
            comparison=found[work.item.item_id],
            objections=tuple(objections(duel, work, slots[work.item.item_id])),
            is_wrong=slots[work.item.item_id].is_wrong,
        )
        for work in duel.works
    ]
