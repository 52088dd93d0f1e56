"""From joules that a board's own sensor and a meter took over the same windows to a Bridge.

Noise of different windows is independent; the gain of a source is one number for all of them, so it
never averages out. Idle is a level like any other, and it is shared: net watts of all loads that
had the same idle windows carry the same error. Plain arithmetic; who measured is none of it.
"""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import CannotTellError
from harness.power.straight import NotStraightError, Point, fit
from harness.records.bridge import Bridge, Level, Line, Source
from harness.records.measurement import Energy, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

K = 2
IDLE = "idle"
# where the gain is most of an uncertainty, the rest of it is not believed to be nothing
_LEAST_NOISE = 0.02
# a straight line through fewer levels, or through levels that noise cannot tell apart, proves none
MIN_LEVELS = 3
_APART = 5.0  # in noise of the difference
# as much may the levels lie off the line, as a share of their span, before it is no line
MAX_SPREAD = 0.05
_RARE = 2.326  # one case in a hundred, of a normal


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One load as both sources saw it."""

    load: str
    own: Energy
    meter: Energy


@dataclass(frozen=True, kw_only=True)
class Names:
    """Whose bridge it is."""

    board: str
    board_id: str
    mode: str
    run: str
    made: str


def bridge(names: Names, own: Source, meter: Source, pairs: Sequence[Pair]) -> Bridge:
    """Return the bridge of one session.

    Raises CannotTellError with the words why where not one load has net watts from both sources. A
    line that the levels do not bear is left out, with the words.
    """
    good, refused = _sorted_out(pairs)
    if not good:
        why = "; ".join(refused) or "nothing was measured"
        raise CannotTellError(
            f"no ratio of {meter.name} to {own.name}: {why}",
            where=names.board,
            do="longer windows (--window), heavier loads, or a finer meter",
        )
    levels = _levels(good, own, meter)
    ratio, noise = _ratio(good, levels)
    line, words = _line(levels)
    spread = _ratio_spread(line, levels)
    own_w = [level.own_w for level in levels]
    return Bridge(
        board=names.board,
        board_id=names.board_id,
        mode=names.mode,
        run=names.run,
        made=names.made,
        own=own,
        meter=meter,
        ratio=ratio,
        u_ratio=K * ratio * math.hypot(noise, spread, own.gain, meter.gain),
        u_ratio_noise=K * ratio * math.hypot(noise, spread),
        levels=levels,
        from_w=min(own_w),
        to_w=max(own_w),
        line=line,
        line_refused=words,
    )


def _sorted_out(pairs: Sequence[Pair]) -> tuple[list[Pair], list[str]]:
    good, refused = [], []
    for pair in pairs:
        words = _refusal(pair)
        if words:
            refused.append(f"{pair.load}: {words}")
        else:
            good.append(pair)
    return good, refused


def _refusal(pair: Pair) -> str:
    if pair.own.windows_ns != pair.meter.windows_ns:
        return "the two sources were read over different windows"
    for energy in (pair.own, pair.meter):
        if energy.status is not Status.OK or energy.energy_net_j is None or energy.idle_w is None:
            why = "; ".join(r.words for r in energy.reasons) or "it has no net watts"
            return f"{energy.source}: {why}"
    return ""


@dataclass(frozen=True, kw_only=True)
class _Parted:
    """Watts of one source and one load, with the noise of the load's mean and of idle (k = 1)."""

    active_w: float
    u_active_w: float
    idle_w: float
    u_idle_w: float


def _parted(energy: Energy, source: Source) -> _Parted:
    """Take gain and zero out of the stored uncertainties: what is left is noise."""
    seconds = _seconds(energy)
    idle_w = energy.idle_w or 0.0
    u_gross_w = energy.u_j / K / seconds
    u_net_w = (energy.u_net_j or 0.0) / K / seconds
    net_w = (energy.energy_net_j or 0.0) / seconds
    active = _rest(u_gross_w, source.gain * energy.active_w, source.offset_w)
    both = _rest(u_net_w, source.gain * net_w)
    # net noise is the load's and idle's; where gain drowns it, idle is no better than the load
    floor = _LEAST_NOISE * u_net_w
    active = max(min(active, both), floor)
    idle = max(math.sqrt(max(0.0, both * both - active * active)), floor)
    return _Parted(active_w=energy.active_w, u_active_w=active, idle_w=idle_w, u_idle_w=idle)


def _rest(u: float, *parts: float) -> float:
    return math.sqrt(max(0.0, u * u - sum(part * part for part in parts)))


def _seconds(energy: Energy) -> float:
    return sum(end - begin for begin, end in energy.windows_ns) / 1e9


def _idles(pairs: Sequence[Pair]) -> list[list[int]]:
    """Return which pairs share their idle windows: those whose idle watts are the very same."""
    groups: dict[tuple[float | None, float | None], list[int]] = {}
    for index, pair in enumerate(pairs):
        groups.setdefault((pair.own.idle_w, pair.meter.idle_w), []).append(index)
    return list(groups.values())


def _levels(pairs: Sequence[Pair], own: Source, meter: Source) -> tuple[Level, ...]:
    """Idle first, group by group, then the loads as they came."""
    parts = [(_parted(p.own, own), _parted(p.meter, meter)) for p in pairs]
    idle = [
        Level(
            load=IDLE,
            own_w=parts[group[0]][0].idle_w,
            u_own_w=K * statistics.median(parts[i][0].u_idle_w for i in group),
            meter_w=parts[group[0]][1].idle_w,
            u_meter_w=K * statistics.median(parts[i][1].u_idle_w for i in group),
        )
        for group in _idles(pairs)
    ]
    loads = [
        Level(
            load=pair.load,
            own_w=a.active_w,
            u_own_w=K * a.u_active_w,
            meter_w=b.active_w,
            u_meter_w=K * b.u_active_w,
        )
        for pair, (a, b) in zip(pairs, parts, strict=True)
    ]
    return (*idle, *loads)


def _ratio(pairs: Sequence[Pair], levels: Sequence[Level]) -> tuple[float, float]:
    """Return the ratio of the net watts of all loads together, and the share noise leaves open.

    A ratio of sums weighs each load by its watts, and has no bias from noise in the sensor.
    """
    groups = _idles(pairs)
    idle, loads = levels[: len(groups)], levels[len(groups) :]
    idle_of = {i: idle[g] for g, group in enumerate(groups) for i in group}
    own_w = sum(load.own_w - idle_of[i].own_w for i, load in enumerate(loads))
    meter_w = sum(load.meter_w - idle_of[i].meter_w for i, load in enumerate(loads))
    ratio = meter_w / own_w
    weights = [(level, 1.0) for level in loads]
    weights += [(idle[g], float(len(group))) for g, group in enumerate(groups)]
    u_w = math.hypot(*(w * _across(level, ratio) for level, w in weights))
    return ratio, u_w / abs(meter_w)


def _across(level: Level, slope: float) -> float:
    """Noise of a level across a line of that slope, k = 1."""
    return math.hypot(level.u_meter_w, slope * level.u_own_w) / K


def _line(levels: Sequence[Level]) -> tuple[Line | None, str]:
    points = [
        Point(x=level.own_w, u_x=level.u_own_w / K, y=level.meter_w, u_y=level.u_meter_w / K)
        for level in levels
    ]
    apart = _count_apart(points)
    if apart < MIN_LEVELS:
        words = f"only {apart} levels of load that noise can tell apart, {MIN_LEVELS} are needed"
        return None, words
    try:
        found = fit(points)
    except NotStraightError as error:
        return None, str(error)
    spread_w = 0.0
    if found.chi_square > limit(found.degrees):
        spread_w = found.spread(points)
        span = max(p.y for p in points) - min(p.y for p in points)
        if spread_w > MAX_SPREAD * span:
            return None, (
                "the meter does not follow the sensor in a straight line: the levels lie"
                f" {spread_w:.3g} W off it, {spread_w / span * 100:.0f} % of their span, and noise"
                f" does not explain it (chi-square {found.chi_square:.3g} of"
                f" {limit(found.degrees):.3g} allowed)"
            )
    line = Line(
        a_w=found.a,
        b=found.b,
        var_a=found.var_a,
        cov_ab=found.cov_ab,
        var_b=found.var_b,
        chi_square=found.chi_square,
        degrees=found.degrees,
        spread_w=spread_w,
    )
    return line, ""


def limit(degrees: int) -> float:
    """Return the chi-square that noise exceeds once in a hundred (Wilson and Hilferty)."""
    if degrees < 1:
        return 0.0
    share = 2 / (9 * degrees)
    return degrees * (1 - share + _RARE * math.sqrt(share)) ** 3


def _count_apart(points: Sequence[Point]) -> int:
    """Count levels of the sensor's watts that differ by much more than their noise."""
    count, last = 0, None
    for point in sorted(points, key=lambda p: p.x):
        if last is None or point.x - last.x > _APART * math.hypot(point.u_x, last.u_x):
            count, last = count + 1, point
    return count


def _ratio_spread(line: Line | None, levels: Sequence[Level]) -> float:
    """Return how far the ratio of one load may lie off the ratio of all, beyond noise, as a share.

    Where the line fits, what it leaves over its span; where it was refused, what the slopes between
    neighbouring levels say.
    """
    rising = sorted(levels, key=lambda level: level.own_w)
    span_w = rising[-1].meter_w - rising[0].meter_w
    if line is not None:
        return line.spread_w / span_w if span_w > 0 else 0.0
    whole = span_w / (rising[-1].own_w - rising[0].own_w)
    off = []
    for a, b in itertools.pairwise(rising):
        step = b.own_w - a.own_w
        u = math.hypot(_across(a, whole), _across(b, whole))
        miss = abs(b.meter_w - a.meter_w - whole * step)
        if step > _APART * math.hypot(a.u_own_w, b.u_own_w) / K:
            off.append(math.sqrt(max(0.0, miss * miss - u * u)) / (whole * step))
    return max(off, default=0.0)
