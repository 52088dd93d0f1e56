"""Measures every goal in rounds: ours, then what it is held against, again and again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench_common import environments
from tests.bench_networks import ours
from tests.bench_networks.files import UnavailableError
from tests.bench_networks.peers import PEERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.bench_networks.asking import Theirs
    from tests.bench_networks.goals import Goal
    from tests.bench_networks.points import Points


@dataclass
class Seen:
    """What all rounds saw, one entry a round."""

    # by network, scheme, and whether without a matrix unit
    ours: dict[tuple[str, str, bool], list[ours.Timed]] = field(default_factory=dict)
    # by network and scheme of ours, and by peer
    theirs: dict[tuple[str, str, str], list[Theirs]] = field(default_factory=dict)


class Bench:
    """The goals, and all that was seen of them so far."""

    def __init__(self, goals: Iterable[Goal], points: Points) -> None:
        self.goals = tuple(goals)
        self.points = points
        self.seen = Seen()

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make beforehand all that takes long; what cannot be had shows in the rounds."""
        ours.driver()
        wanted = [(goal.network, f"{goal.scheme}.plan") for goal in self.goals]
        wanted += [(goal.against, PEERS[goal.peer].form) for goal in self.goals]
        for network, form in dict.fromkeys(wanted):
            say(f"  {network} {form}")
            with suppress(UnavailableError):
                self.points.files(network).path(form)
                self.points.files(network).inputs(form)
        for environment in dict.fromkeys(PEERS[goal.peer].environment for goal in self.goals):
            say(f"  {environment.name}")
            environments.made(environment)

    def round(self, say: Callable[[str], None]) -> None:
        """Measure each network of ours once, and right behind it all that it is held against."""
        for mine in dict.fromkeys(goal.mine for goal in self.goals):
            network, scheme, vectors = mine
            say(f"  {network} {scheme}{', vectors only' if vectors else ''}")
            timed = self.points.ours(network, scheme, vectors=vectors)
            self.seen.ours.setdefault(mine, []).append(timed)
            for goal in self.goals:
                if goal.mine == mine:
                    known = self.seen.theirs.setdefault((network, scheme, goal.peer), [])
                    if not (known and known[-1].unavailable):
                        known.append(self.points.theirs(goal.against, goal.peer))
