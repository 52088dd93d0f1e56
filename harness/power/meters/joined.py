"""A meter's track on the board's clock: windows of readings, as energy.py takes them, and joules.

What a meter beside the board adds to the uncertainty is when its readings were taken: the offset of
the clocks, the round trip of the request, the age of the value, and the edges between two readings.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.power import integrate
from harness.power.edges import u_shift_j
from harness.power.energy import RESOLVED, K, SensorReadings, energies
from harness.power.integrate import Readings
from harness.records.board import SensorFile
from harness.records.measurement import Energy, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.meters.meter import Traits
    from harness.power.meters.offset import Offset
    from harness.power.meters.sampling import Track

MAX_OFFSET_SHARE = 0.01
_SCALE_W = 1e-6  # readings become whole microwatts
_GUARD_PERIODS = 3


@dataclass(frozen=True, kw_only=True)
class Span:
    """One window on the board's CLOCK_MONOTONIC; an idle one has no inferences."""

    begin_ns: int
    end_ns: int
    inferences: int = 0


@dataclass(frozen=True, kw_only=True)
class Aligned:
    """Readings of one meter for one item, and what the clocks add (k = 1, all windows together).

    `refused` says in words why there are no windows; `ended` why the meter stopped early, or what
    was wrong with it at last.
    """

    readings: SensorReadings
    u_offset_ns: int = 0
    u_align_j: float = 0.0
    refused: str = ""
    ended: str = ""


def sensor_file(source: str, traits: Traits) -> SensorFile:
    """Return a meter in the form of a board's own sensor."""
    return SensorFile(
        id=source,
        kind="power",
        path="",
        scale=_SCALE_W,
        scope=traits.scope,
        label=source,
        quantum_w=traits.quantum_w,
        gain=traits.gain,
        period_ms=traits.period_ms,
    )


def align(
    source: str,
    traits: Traits,
    track: Track,
    offset: Offset,
    windows: Sequence[Span],
    idle: tuple[Span | None, Span | None] = (None, None),
) -> Aligned:
    """Cut a track into the windows of an item, moved to the board's clock."""
    sensor = sensor_file(source, traits)
    refused = offset.fault or _refusal(offset, windows)
    if refused:
        empty = SensorReadings(sensor=sensor, windows=())
        return Aligned(readings=empty, refused=refused, ended=_complaint(track))
    stamps = _Stamps(track, offset, traits)
    cut = [stamps.cut(span) for span in windows]
    before, after = (stamps.cut(span) if span else None for span in idle)
    bounds = [_bound_ns(offset, span) for span in windows]
    return Aligned(
        readings=SensorReadings(sensor=sensor, windows=cut, idle_before=before, idle_after=after),
        u_offset_ns=max(bounds),
        u_align_j=_u_align(sensor, cut, [u + stamps.u_ns for u in bounds]),
        ended=_complaint(track),
    )


def energy(aligned: Aligned) -> Energy | None:
    """Return the joules of a meter; None when its windows were refused (`aligned.refused`).

    As energy.py judges it, with what the clocks add to every uncertainty; a net value that is no
    longer three of its uncertainties becomes an upper bound.
    """
    one = aligned.readings
    if not one.windows:
        return None
    found = energies(one.sensor, one.windows, one.idle_before, one.idle_after)
    reasons = found.reasons
    if aligned.ended and found.status is Status.INVALID:
        reasons = (*reasons, Reason(rule="V21", words=aligned.ended))
    u_j = K * aligned.u_align_j
    wider = replace(found, reasons=reasons, u_j=math.hypot(found.u_j, u_j))
    if found.energy_net_upper_j is not None:
        return replace(wider, energy_net_upper_j=found.energy_net_upper_j + u_j)
    if found.energy_net_j is None or found.u_net_j is None:
        return wider
    return _net(wider, found.energy_net_j, math.hypot(found.u_net_j, u_j))


def _net(found: Energy, net_j: float, u_net_j: float) -> Energy:
    if net_j >= RESOLVED * u_net_j / K:
        return replace(found, u_net_j=u_net_j)
    words = "net energy not resolved: below 3 of its own uncertainties, in joules"
    limit = RESOLVED * u_net_j / K
    reason = Reason(rule="not resolved", words=words, seen=net_j, limit=limit)
    return replace(
        found,
        reasons=(*found.reasons, reason),
        energy_net_j=None,
        u_net_j=None,
        inferences_per_joule_net=None,
        energy_net_upper_j=net_j + u_net_j,
    )


def _complaint(track: Track) -> str:
    if track.ended:
        return f"the meter stopped: {track.ended}"
    if not track.troubles:
        return ""
    return f"{track.failures} readings of the meter failed, such as: {track.troubles[-1].words}"


def _refusal(offset: Offset, windows: Sequence[Span]) -> str:
    for span in windows:
        u_ns, length_ns = _bound_ns(offset, span), span.end_ns - span.begin_ns
        if u_ns > MAX_OFFSET_SHARE * length_ns:
            return (
                f"the clocks of board and meter are known to {u_ns / 1e6:.3g} ms only, more than"
                f" 1 % of a window of {length_ns / 1e9:.3g} s: longer windows, or a quicker link"
            )
    return ""


def _bound_ns(offset: Offset, span: Span) -> int:
    return max(offset.at(offset.controller_ns(t))[1] for t in (span.begin_ns, span.end_ns))


class _Stamps:
    """A track's readings on the board's clock, in rising order."""

    def __init__(self, track: Track, offset: Offset, traits: Traits) -> None:
        middles = [(a + b) // 2 for a, b in zip(track.begin_ns, track.end_ns, strict=True)]
        self._t_ns: list[int] = []
        self._raw: list[int] = []
        for middle_ns, watts in zip(middles, track.watts, strict=True):
            t_ns = middle_ns + offset.at(middle_ns)[0]
            if not self._t_ns or t_ns > self._t_ns[-1]:
                self._t_ns.append(t_ns)
                self._raw.append(round(watts / _SCALE_W))
        halves = [(b - a) / 2 for a, b in zip(track.begin_ns, track.end_ns, strict=True)]
        # how far the readings may have been taken from their stamps: the round trip, and their age
        self.u_ns = (sum(halves) / len(halves) if halves else 0.0) + traits.lag_ms * 1e6
        self._guard_ns = _GUARD_PERIODS * traits.period_ms * 1_000_000 + round(self.u_ns)

    def cut(self, span: Span) -> Readings:
        """Return the window with the readings in it and a few on either side."""
        first = bisect_left(self._t_ns, span.begin_ns - self._guard_ns)
        last = bisect_right(self._t_ns, span.end_ns + self._guard_ns)
        return Readings(
            begin_ns=span.begin_ns,
            end_ns=span.end_ns,
            t_ns=tuple(self._t_ns[first:last]),
            raw=tuple(self._raw[first:last]),
            inferences=span.inferences,
        )


def _u_align(sensor: SensorFile, windows: Sequence[Readings], bounds_ns: Sequence[float]) -> float:
    """Return what the clocks add; a window that cannot be integrated is energy.py's to refuse."""
    good = [
        (window, u_ns)
        for window, u_ns in zip(windows, bounds_ns, strict=True)
        if not integrate.fault(sensor, window)
    ]
    return u_shift_j(sensor, [window for window, _ in good], [u_ns for _, u_ns in good])
