"""What a board's own sensor and the meters beside it are, as the two ends of a bridge."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from harness.power.meters.table import meter_ids
from harness.records.bridge import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.meters.meter import Traits
    from harness.records.board import SensorFile
    from harness.records.measurement import Energy
    from harness.records.meter import MeterEntry


def own_source(sensors: Sequence[SensorFile], rows: Sequence[Sequence[Energy]]) -> Source | None:
    """Return the board's total, else its first sensor; None where no row has joules of it.

    Rails of one total have gains of their own, which add in quadrature: the total's is smaller, by
    how the watts were shared out in `rows` (each: the energies of one item).
    """
    if not sensors:
        return None
    name = sensors[0].total or sensors[0].id
    rails = [s for s in sensors if (s.total or s.id) == name]
    scope = rails[0].total_scope if rails[0].total else rails[0].scope
    gains = [gain for row in rows if (gain := _gain(rails, row)) is not None]
    if not gains:
        return None
    offset_w = math.hypot(*(rail.quantum_w for rail in rails))
    return Source(name=name, scope=scope, gain=statistics.median(gains), offset_w=offset_w)


def _gain(rails: Sequence[SensorFile], row: Sequence[Energy]) -> float | None:
    watts = {energy.source: energy.active_w for energy in row}
    if any(rail.id not in watts for rail in rails):
        return None
    whole = sum(watts[rail.id] for rail in rails)
    return math.hypot(*(rail.gain * watts[rail.id] for rail in rails)) / whole if whole else None


def meter_sources(entries: Sequence[MeterEntry], traits: Sequence[Traits]) -> tuple[Source, ...]:
    """Return the meters of a board, under the names that their joules are stored by."""
    return tuple(
        Source(name=name, scope=one.scope, gain=one.gain, offset_w=one.quantum_w)
        for name, one in zip(meter_ids(entries), traits, strict=True)
    )
