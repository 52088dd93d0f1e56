"""External meters on the controller's side, from the inventory's `meter:` to joules of a window.

The road: `table.traits_of(entry)` and `table.open_meter(entry)` make a meter, which
`sampling.Sampler(meter, traits)` polls for a session and ends as a Track; `offset.collect` asks the
board for its clock at the start and the end, `offset.measure` makes an Offset of the echoes;
`joules_of` below takes these and the windows the runner reported. `joined.align` is the same
without the sum: what energy.py's functions take. It knows no session and writes nothing; who opens
a meter closes it (`Sampler.stop` does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.meters.joined import Span
    from harness.power.meters.offset import Offset
    from harness.power.meters.sampling import Track
    from harness.records.measurement import Energy
    from harness.records.meter import MeterEntry


def joules_of(
    entry: MeterEntry,
    track: Track,
    offset: Offset,
    windows: Sequence[Span],
    idle: tuple[Span | None, Span | None] = (None, None),
) -> tuple[Energy | None, str]:
    """Return the energy of an item by its meter, or None and the words why there is none."""
    from harness.power.meters import joined, table

    if not windows:
        return None, "no energy window was taken"
    traits = table.traits_of(entry)
    aligned = joined.align(table.meter_id(entry), traits, track, offset, windows, idle)
    return joined.energy(aligned), aligned.refused
