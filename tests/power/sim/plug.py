"""A simulated smart plug at the wall: rounded, up to a second old, asked over a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.power.meters.joined import Span, align, energy
from harness.power.meters.offset import Anchor, Offset
from harness.power.meters.sampling import Track
from harness.power.meters.table import traits_of
from harness.records.meter import MeterEntry

if TYPE_CHECKING:
    from harness.records.measurement import Energy
    from tests.power.sim.sensors import Spans
    from tests.power.sim.truth import Power

SKEW_NS = 3_000_000_000
PSU_LOSS_W = 0.6
PSU_EFFICIENCY = 0.86
_CLOCKS_NS = 20_000_000


def at_the_wall(watts: float) -> float:
    """What the supply draws for so many watts of the board."""
    return PSU_LOSS_W + watts / PSU_EFFICIENCY


def read_plug(
    kind: str, power: Power, spans: Spans, rng: np.random.Generator
) -> tuple[Energy | None, str]:
    """Poll a plug over a whole session and join it with the windows; truth is at the wall."""
    entry = MeterEntry(kind=kind, target="http://plug")
    traits = traits_of(entry)
    gain, zero_w = 1 + rng.normal(0, traits.gain), rng.normal(0, traits.quantum_w)
    late_s = rng.uniform(0, traits.lag_ms / 1e3)
    polled = []
    for begin, end in (spans.before, *spans.work, spans.after):
        due = np.arange(begin - 3.0, end + 3.0, traits.period_ms / 1e3) + rng.uniform(0, 0.2)
        asked = due + rng.exponential(0.01, len(due))
        took = 0.02 + rng.exponential(0.02, len(due))
        answered = asked + took * rng.uniform(0.2, 0.8, len(due))
        # it measures once a second: what it says is that old, and no older than it promises
        made = np.floor(answered - late_s) + late_s
        dc_w = power.joules_to(made) - power.joules_to(made - 0.2)
        watts = gain * (PSU_LOSS_W + dc_w / 0.2 / PSU_EFFICIENCY) + zero_w
        shown = np.round(watts / traits.quantum_w) * traits.quantum_w
        kept = rng.random(len(due)) >= 0.01
        polled += list(zip(asked[kept], (asked + took)[kept], shown[kept], strict=True))
    track = Track(
        begin_ns=tuple(int(a * 1e9) for a, _, _ in polled),
        end_ns=tuple(int(b * 1e9) for _, b, _ in polled),
        watts=tuple(float(w) for _, _, w in polled),
    )
    wrong_ns = int(rng.uniform(-_CLOCKS_NS, _CLOCKS_NS))
    anchor = Anchor(
        at_ns=int(spans.work[0][0] * 1e9), offset_ns=SKEW_NS + wrong_ns, u_ns=_CLOCKS_NS
    )
    work = [_span(span, spans.inferences) for span in spans.work]
    idle = (_span(spans.before, 0), _span(spans.after, 0))
    offset = Offset(anchors=(anchor,))
    aligned = align(f"meter:{kind}", traits, track, offset, work, idle)
    return energy(aligned), aligned.refused


def _span(span: tuple[float, float], inferences: int) -> Span:
    begin, end = (round(t * 1e9) + SKEW_NS for t in span)
    return Span(begin_ns=begin, end_ns=end, inferences=inferences)
