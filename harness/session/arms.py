"""Two runner builds on one board in one session, slot by slot: the raw pairs of a gate.

One slot = one fresh process of every item with one arm's runner. Objections to an arm's samples
are raised here by the rules of any run; whether one build is slower is not judged here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.errors import LeaseHeldError
from harness.records.rules import RULES
from harness.session.collect import Collector
from harness.session.deploy import push_blobs
from harness.session.evidence import Evidence
from harness.session.follow import Order, follow
from harness.session.job import Job, render
from harness.session.link import Control, Say
from harness.session.rules import verdict
from harness.stats.compare import Pair, slots
from harness.stats.latency import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.item import Protocol, Work
    from harness.records.measurement import Reason
    from harness.session.ready import Ready

Payload = dict[str, Any]

SIDES = ("base", "head")
# the arms take turns, so a board that runs hot shows in both; a low clock in one alone is chance,
# or that build's own doing (wide vectors), which is what a gate is to see
# and so is what others on the board swap, or lose to want of memory
BOARD_RULES = ("V09", "V13", "V14")
DEADLINE_S = 900
TIMEOUT_S = 120
# the last slot's worker lets go of the board a moment after its last frame; and a stranger may come
LEASE_PATIENCE_S = 60.0
LEASE_POLL_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Duel:
    """What both arms carry out."""

    run: str
    holder: str
    base: Ready
    head: Ready
    works: Sequence[Work]
    protocol: Protocol
    seed: int

    @property
    def arms(self) -> tuple[Ready, Ready]:
        """Base and head, in the order of SIDES."""
        return self.base, self.head


@dataclass
class ItemSlots:
    """One item's checked sample frame of every slot, by arm; None and a fault where none came."""

    samples: tuple[list[Payload | None], list[Payload | None]] = field(
        default_factory=lambda: ([], [])
    )
    faults: list[str] = field(default_factory=list)
    is_wrong: bool = False

    def pairs(self) -> list[Pair]:
        """p25 (ns per inference) of i-th base and i-th head slot; a failed slot takes its pair."""
        both = zip(*self.samples, strict=False)
        return [(_p25(b), _p25(h)) for b, h in both if b is not None and h is not None]


def interleave(
    duel: Duel, pairs: int, control: Control, say: Say, *, stage: str
) -> dict[str, ItemSlots]:
    """Run `pairs` pairs in ABBA order and return the slots by item id; stops early on cancel.

    Raises LeaseHeldError when somebody else holds the board, BoardError when it is away.
    """
    found = {work.item.item_id: ItemSlots() for work in duel.works}
    blobs = {blob.sha256: blob for work in duel.works for blob in work.blobs}
    for ready in duel.arms:
        push_blobs(ready.transport, ready.deployed, blobs.values())
    order = slots(pairs)
    for number, arm in enumerate(order):
        if control.cancel.is_set():
            break
        say(f"{stage}: slot {number + 1} of {len(order)} ({SIDES[arm]})")
        patience_s = LEASE_PATIENCE_S if number else 0.0
        run = f"{duel.run}-{stage}-{number}"
        collector = _patient_slot(duel, duel.arms[arm], run, control, say, patience_s)
        for item, kept in found.items():
            _take(collector, item, arm, kept)
    return found


def objections(duel: Duel, work: Work, kept: ItemSlots) -> list[str]:
    """Say what forbids a verdict on one item in one session: faults, and rules that bar a gate.

    Each arm is held against the rules as if its slots were the repetitions of one run.
    """
    arms = zip(duel.arms, kept.samples, strict=True)
    reasons = [_reasons(duel, ready, work, [s for s in arm if s]) for ready, arm in arms]
    shared = reasons[0].keys() & reasons[1].keys()
    return kept.faults + [
        f"{side}: {reason.words} ({code})"
        for side, found in zip(SIDES, reasons, strict=True)
        for code, reason in found.items()
        if code not in BOARD_RULES or code in shared
    ]


def _reasons(duel: Duel, ready: Ready, work: Work, samples: Sequence[Payload]) -> dict[str, Reason]:
    """Return the broken rules that bar a gate; without samples there is a fault instead."""
    if not samples:
        return {}
    evidence = Evidence(
        work=work,
        facts=ready.facts,
        # one repetition a slot: whether there are enough slots is the comparison's business
        protocol=replace(duel.protocol, repetitions_min=1),
        samples=samples,
        closing={},
        peaks={},
        boot_ids=frozenset(str(s.get("boot_id", "")) for s in samples),
        p25_by_repetition_ns=[_p25(s) for s in samples],
        takes_turns=True,
    )
    return {r.rule: r for r in verdict(evidence).reasons if RULES[r.rule].bars_gate}


def _p25(sample: Payload) -> float:
    return quantile(sample["wall_ns"], 0.25) / int(sample["iterations"])


def _patient_slot(
    duel: Duel, ready: Ready, run: str, control: Control, say: Say, patience_s: float
) -> Collector:
    until = time.monotonic() + patience_s
    while True:
        try:
            return _slot(duel, ready, run, control, say)
        except LeaseHeldError as error:
            if time.monotonic() >= until or control.cancel.is_set():
                raise LeaseHeldError(
                    error.what,
                    where=error.where,
                    do="two builds can only be compared on a board of their own: try again later",
                ) from None
            time.sleep(LEASE_POLL_S)


def _slot(duel: Duel, ready: Ready, run: str, control: Control, say: Say) -> Collector:
    job = Job(
        run=run,
        holder=duel.holder,
        runner_sha256=ready.deployed.sha256,
        lease=ready.deployed.lease,
        seed=duel.seed,
        protocol=replace(duel.protocol, repetitions_min=1, repetitions_max=1),
        works=[replace(w, item=replace(w.item, energy=False)) for w in duel.works],
        deadline_s=DEADLINE_S,
        timeout_s=TIMEOUT_S,
        peaks=False,
        cpu_list=ready.facts.cpu_list,
        root=ready.facts.entry.root,
        # a build of long ago does not know how to pick a line
        watch={name: file for name, file in ready.facts.watch.items() if not file.word},
    )
    collector = Collector()
    order = Order(run=run, job=render(job), directory=ready.deployed.directory)
    for frame in follow(ready, order, control, say):
        collector.feed(frame)
    return collector


def _take(collector: Collector, item: str, arm: int, kept: ItemSlots) -> None:
    frames = collector.items.get(item)
    samples = frames.samples if frames else []
    good = [s for s in samples if s.get("check_before") and s.get("check_after") and s["wall_ns"]]
    kept.samples[arm].append(good[0] if good else None)
    if good:
        return
    closing = (frames.closing if frames else None) or {}
    detail = samples[0].get("check_detail") if samples else ""
    kept.is_wrong |= bool(samples) or closing.get("status") == "failed"
    words = closing.get("words") or detail or (frames.broken if frames else "")
    kept.faults.append(f"{SIDES[arm]}: {words or 'no checked sample'}")
