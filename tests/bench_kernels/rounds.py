"""Measures every goal in rounds: ours, then what it is held against, again and again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench_common.program import ROOT
from tests.bench_kernels import ours
from tests.bench_kernels.goals import Goal, Kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIMIT_S = 180.0


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """One result of a peer; `unavailable` in place of a number."""

    ns: float = 0.0
    name: str = ""
    unavailable: str = ""


@dataclass
class Seen:
    """What all rounds saw."""

    # (variant, shape) -> one a round
    ours: dict[tuple[str, str], list[ours.Timed]] = field(default_factory=dict)
    # (peer, shape) -> one a round
    theirs: dict[tuple[str, str], list[Theirs]] = field(default_factory=dict)


class Bench:
    """The checker of this machine, and the variants that the goals speak of."""

    def __init__(self, checker: Path, goals: Iterable[Goal]) -> None:
        self._checker = checker
        self.goals = tuple(goals)
        self._variants: dict[Kernel, str] = {}
        self.seen = Seen()

    def variant(self, kernel: Kernel) -> str:
        """Return the best variant of a kernel here, or nothing."""
        if kernel not in self._variants:
            self._variants[kernel] = ours.best_variant(self._checker, kernel)
        return self._variants[kernel]

    def round(self, say: Callable[[str], None]) -> None:
        """Measure each point once; those of one shape and kind lie side by side."""
        for shape in dict.fromkeys(shape for goal in self.goals for shape in goal.shapes):
            mine = [goal for goal in self.goals if shape in goal.shapes]
            kernels = [goal.ours for goal in mine]
            kernels += [goal.against for goal in mine if isinstance(goal.against, Kernel)]
            for variant in dict.fromkeys(self.variant(kernel) for kernel in kernels):
                self._time_ours(variant, shape)
                for peer in dict.fromkeys(
                    goal.against
                    for goal in mine
                    if isinstance(goal.against, str) and self.variant(goal.ours) == variant
                ):
                    self._time_theirs(peer, shape)
            say(f"  {shape}")

    def _time_ours(self, variant: str, shape: str) -> None:
        timed = ours.measure(self._checker, variant, shape) if variant else None
        if timed is not None:
            self.seen.ours.setdefault((variant, shape), []).append(timed)

    def _time_theirs(self, peer: str, shape: str) -> None:
        known = self.seen.theirs.setdefault((peer, shape), [])
        if peer != "peak" and not (known and known[-1].unavailable):
            known.append(_peer(peer, shape))


def _peer(name: str, shape: str) -> Theirs:
    argv = [sys.executable, "-m", "tests.bench_kernels.peer", name, *shape.split("x")]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False, timeout=LIMIT_S, cwd=ROOT
        )
    except subprocess.TimeoutExpired:
        return Theirs(unavailable=f"{name} was not done in {LIMIT_S:.0f} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return Theirs(unavailable=f"its process ended with {done.returncode}: {last}")
    found = json.loads(done.stdout.splitlines()[-1])
    if "unavailable" in found:
        return Theirs(unavailable=found["unavailable"])
    return Theirs(ns=float(found["ns"]), name=found["peer"])
