"""The ladder at one accuracy: our fastest net of few bits beside the fastest int8 net of a peer.

Every net of ours of fewer than 8 bits names a level. At each level both sides enter the fastest net
that is at least as accurate: ours of few bits, theirs at int8, of any width.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.networks.ladder.files import entries
from tests.bench_common.page import MISSING
from tests.bench_networks.goals import LADDER
from tests.bench_networks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench_networks.asking import Theirs
    from tests.bench_networks.ours import Timed
    from tests.bench_networks.points import Points

GOAL = "ladder: times the fastest int8 net that is at least as accurate"
INT8 = "ladder: our int8 beside theirs"
TARGET = 1.5
JUDGED = (f"{LADDER}1", "w2a2")  # the level that has the target
PEERS = ("ORT int8", "OpenVINO int8")
FEW_BITS = ("w4a4", "w3a3", "w2a2", "terna1", "w1a1")

_Key = tuple[str, str]  # network, and scheme or peer


@dataclass
class Ladder:
    """What all rounds saw, one entry a round."""

    points: Points
    ours: dict[_Key, list[Timed]] = field(default_factory=dict)
    theirs: dict[_Key, list[Theirs]] = field(default_factory=dict)

    def round(self, say: Callable[[str], None]) -> None:
        """Measure every net once; those of one width lie side by side."""
        nets = entries().values()
        for width in dict.fromkeys(net.width for net in nets):
            network = f"{LADDER}{width}"
            say(f"  {network}")
            for peer in PEERS:
                self.theirs.setdefault((network, peer), []).append(
                    self.points.theirs(network, peer)
                )
            for net in nets:
                if net.width == width and net.scheme in (*FEW_BITS, "w8a8"):
                    key = (network, net.scheme)
                    self.ours.setdefault(key, []).append(self.points.ours(*key))

    def accuracy(self, key: _Key) -> float:
        """Return the share of right classes; 0 where nothing is known."""
        known = self.points.judged.get(key)
        return (known.accuracy or 0.0) if known else 0.0

    def rows(self) -> Iterator[Row]:
        """Yield a row for each level and peer, from the most accurate level down; then our int8."""
        levels = sorted(
            (key for key in self.ours if key[1] in FEW_BITS and self.accuracy(key)),
            key=self.accuracy,
            reverse=True,
        )
        for level in levels:
            for peer in PEERS:
                yield self._at_level(level, peer)
        for mine in (key for key in self.ours if key[1] == "w8a8"):
            for peer in PEERS:
                yield self._row(mine, (mine[0], peer), goal=INT8, name=mine[0], lost=peer)

    def _at_level(self, level: _Key, peer: str) -> Row:
        least = self.accuracy(level)
        return self._row(
            _fastest(self.ours, self, [k for k in self.ours if k[1] in FEW_BITS], least),
            _fastest(self.theirs, self, [k for k in self.theirs if k[1] == peer], least),
            goal=GOAL,
            name=f"at least {100 * least:.2f} %, which is {' '.join(level)}:",
            lost=f"no int8 net of {peer} is that accurate",
            target=TARGET if level == JUDGED else 0.0,
        )

    def _row(
        self,
        mine: _Key | None,
        theirs: _Key | None,
        *,
        goal: str,
        name: str,
        lost: str,
        target: float = 0.0,
    ) -> Row:
        found = [one for one in self.ours.get(mine, []) if not one.unavailable] if mine else []
        other = self.theirs.get(theirs, []) if theirs else []
        other = [one for one in other if not one.unavailable]
        ratios = [b.ns / a.ns for a, b in zip(found, other, strict=False)]
        middle = statistics.median(ratios) if ratios else 0.0
        judged = self.points.judged
        return Row(
            goal=goal,
            workload=name,
            scheme=mine[1] if mine else "",
            shape="1x28x28",
            variant=f"{' '.join(mine)}: {found[0].variants}" if mine and found else MISSING,
            ours=statistics.median(one.ns for one in found) / 1e6 if found else 0.0,
            accuracy=judged[mine].words if mine and found else "",
            weights_bytes=found[0].weights_bytes if found else 0,
            peer=f"{theirs[0]}: {other[0].name}" if theirs and other else f"{MISSING}: {lost}",
            peers=statistics.median(one.ns for one in other) / 1e6 if other else 0.0,
            peers_accuracy=judged[theirs].words if theirs and other else "",
            ratio=middle,
            ratio_range=(min(ratios), max(ratios)) if ratios else (0.0, 0.0),
            target=target,
            met=middle >= target if ratios and target else None,
        )


def _fastest(
    seen: dict[_Key, list[Timed]] | dict[_Key, list[Theirs]],
    ladder: Ladder,
    keys: list[_Key],
    least: float,
) -> _Key | None:
    """Return whose median is the least among those as accurate; those without numbers are out."""
    good = {
        key: statistics.median(one.ns for one in seen[key])
        for key in keys
        if ladder.accuracy(key) >= least and all(not one.unavailable for one in seen[key])
    }
    return min(good, key=lambda key: good[key]) if good else None
