"""Joules of a row as they are shown: measured, or carried over a bridge and then always labelled.

Says which joules are one quantity. Two that are not never stand in one ranking, range or ratio.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.power.bridged import LABEL, bridged
from harness.records.bridge import Bridge
from harness.records.measurement import Energy, Measurement, Status
from harness.records.rules import is_believed
from harness.report.verdicts import SUSPECT_WIDEN, Mark
from harness.stats.ranking import Estimate

BRIDGED = Mark(
    status=LABEL, shape="ring", words="told from the board's own sensor over a bridge, not measured"
)
# a list of rails is what its name says: another list is another quantity
_BY_SOURCE = "rails"
# the rule of a reason that says: worked out by somebody's formula, not measured
ESTIMATED = "estimated"


@dataclass(frozen=True, kw_only=True)
class Told:
    """Joules of one source; `energy` of a bridged one is worked out, and stored nowhere."""

    energy: Energy
    bridge: Bridge | None = None

    @property
    def is_bridged(self) -> bool:
        """Whether it was told over a bridge, and not measured."""
        return self.bridge is not None

    @property
    def quantity(self) -> str:
        """The name of what was measured: only joules of one name may be set against each other."""
        return quantity(self.energy)

    @property
    def label(self) -> str:
        """The scope, and how it was come by: `wall`, `wall, bridged`, `board, estimated`."""
        labels = [ESTIMATED] if is_estimated(self.energy) else []
        labels += [LABEL] if self.is_bridged else []
        return ", ".join((self.energy.scope, *labels))

    @property
    def each_j(self) -> float | None:
        """Gross joules of one inference; None where they are not to be believed."""
        e = self.energy
        good = is_believed(e.status) and e.inferences > 0 and e.energy_j > 0
        return e.energy_j / e.inferences if good else None


def quantity(energy: Energy) -> str:
    """Return the scope, and the source too where a scope alone does not say what was counted."""
    name = f"{energy.scope} {energy.source}" if energy.scope == _BY_SOURCE else energy.scope
    return f"{name} {ESTIMATED}" if is_estimated(energy) else name


def is_estimated(energy: Energy) -> bool:
    """Say whether a formula stands between the sensor and these joules."""
    return any(reason.rule == ESTIMATED for reason in energy.reasons)


def told(row: Measurement, bridges: Sequence[Bridge] = ()) -> tuple[Told, ...]:
    """Return what was measured, in its order, then what bridges make of it."""
    return (
        *(Told(energy=energy) for energy in row.energy),
        *(Told(energy=one.energy, bridge=one.bridge) for one in bridged(bridges, row)),
    )


def best_of_each(joules: Iterable[Told]) -> dict[str, Told]:
    """Return the first believed entry of each quantity: totals come before single rails."""
    found: dict[str, Told] = {}
    for one in joules:
        if one.each_j is not None:
            found.setdefault(one.quantity, one)
    return found


def estimate(row: Measurement, one: Told) -> Estimate | None:
    """Return gross joules of one inference with their interval (k = 2), wider when SUSPECT."""
    value = one.each_j
    if value is None:
        return None
    e = one.energy
    suspect = Status.SUSPECT in {row.status, e.status}
    share = e.u_j / e.energy_j * (SUSPECT_WIDEN if suspect else 1.0)
    return Estimate(value=value, low=value * max(1e-9, 1 - share), high=value * (1 + share))
