"""Two runner builds on one board in one session, slot by slot: the raw pairs of a gate.

One slot = one fresh process of every item with one arm's runner. Nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.session.collect import Collector
from harness.session.deploy import push_blobs
from harness.session.follow import Control, follow
from harness.session.job import Job, render
from harness.stats.compare import Pair, slots
from harness.stats.latency import quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.records.item import Protocol, Work
    from harness.session.ready import Ready

DEADLINE_S = 900
TIMEOUT_S = 120


@dataclass
class ItemSlots:
    """One item's p25 (ns per inference) slot by slot for both arms, and why slots gave none."""

    arms: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    faults: list[str] = field(default_factory=list)

    def pairs(self) -> list[Pair]:
        """i-th base with i-th head, in time order."""
        return list(zip(*self.arms, strict=False))


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


def interleave(
    duel: Duel, pairs: int, control: Control, say: Callable[[str], None], *, stage: str
) -> dict[str, ItemSlots]:
    """Run `pairs` pairs in ABBA order and return the p25 of every slot by item id."""
    found = {work.item.item_id: ItemSlots() for work in duel.works}
    arms = (duel.base, duel.head)
    blobs = {blob.sha256: blob for work in duel.works for blob in work.blobs}
    push_blobs(duel.base.transport, duel.base.deployed, blobs.values())
    order = slots(pairs)
    for number, arm in enumerate(order):
        if control.cancel.is_set():
            break
        say(f"{stage}: slot {number + 1} of {len(order)} ({'head' if arm else 'base'})")
        collector = _slot(duel, arms[arm], f"{duel.run}-{stage}-{number}", control, say)
        for item, kept in found.items():
            _take(collector, item, arm, kept)
    return found


def _slot(
    duel: Duel, ready: Ready, run: str, control: Control, say: Callable[[str], None]
) -> Collector:
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
        watch=ready.facts.watch,
    )
    collector = Collector()
    for frame in follow(ready, run, render(job), control, say):
        collector.feed(frame)
    return collector


def _take(collector: Collector, item: str, arm: int, kept: ItemSlots) -> None:
    frames = collector.items.get(item)
    samples = frames.samples if frames else []
    good = [s for s in samples if s.get("check_before") and s.get("check_after") and s["wall_ns"]]
    side = ("base", "head")[arm]
    if not good:
        words = frames.closing.get("words") if frames and frames.closing else None
        kept.faults.append(f"{side}: {words or 'no checked sample'}")
        return
    if good[0].get("steady") is False:
        kept.faults.append(f"{side}: no steady state")
    kept.arms[arm].append(quantile(good[0]["wall_ns"], 0.25) / int(good[0]["iterations"]))
