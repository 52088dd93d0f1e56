"""A board's CLOCK_MONOTONIC against the controller's, from echoes; pure but for `collect`.

Cristian's bound: the board looked at its clock some time between the sending and the receiving, so
half the round trip is what the offset can be wrong by, however lopsided the way was.
"""

from __future__ import annotations

import itertools
import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import CannotTellError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# A kernel disciplines its clock by at most so much; crystals alone differ by less.
MAX_DRIFT = 500e-6
# echoes within one burst see one offset: 10 s of the largest drift are 5 ms
_BURST_NS = 10_000_000_000
_PAUSE_NS = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Echo:
    """The board's clock was read as `board_ns` between two looks at the controller's clock."""

    sent_ns: int
    board_ns: int
    received_ns: int

    @property
    def round_trip_ns(self) -> int:
        """How long it took."""
        return self.received_ns - self.sent_ns


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """At `at_ns` of the controller its clock and the board's differed by `offset_ns` +- `u_ns`."""

    at_ns: int
    offset_ns: int
    u_ns: int


@dataclass(frozen=True, kw_only=True)
class Offset:
    """Board minus controller (or minus meter: `between`) over a session.

    `fault` says why it cannot be used, "" when it can.

    Between two anchors the rates of the clocks are taken as steady; outside, and so beside a single
    anchor, the bound grows by the largest drift a kernel allows.
    """

    anchors: tuple[Anchor, ...]
    fault: str = ""

    def at(self, controller_ns: int) -> tuple[int, int]:
        """Return offset and its bound at a time of the controller's clock."""
        index = bisect_right(self.anchors, controller_ns, key=lambda anchor: anchor.at_ns)
        if 0 < index < len(self.anchors):
            a, b = self.anchors[index - 1], self.anchors[index]
            share = (controller_ns - a.at_ns) / (b.at_ns - a.at_ns)
            offset_ns = a.offset_ns + round((b.offset_ns - a.offset_ns) * share)
            return offset_ns, round(a.u_ns + (b.u_ns - a.u_ns) * share) + 2
        near = self.anchors[min(index, len(self.anchors) - 1)]
        away_ns = abs(controller_ns - near.at_ns)
        return near.offset_ns, near.u_ns + round(away_ns * MAX_DRIFT) + 2

    def controller_ns(self, board_ns: int) -> int:
        """Return the controller's time at a time of the board's clock."""
        guess = board_ns - self.anchors[0].offset_ns
        return board_ns - self.at(guess)[0]

    @property
    def drift_ppm(self) -> tuple[float, float] | None:
        """Drift and its bound between the first and the last anchor; None with one only."""
        if len(self.anchors) < 2:
            return None
        a, b = self.anchors[0], self.anchors[-1]
        span_ns = b.at_ns - a.at_ns
        return (b.offset_ns - a.offset_ns) / span_ns * 1e6, (a.u_ns + b.u_ns) / span_ns * 1e6


def collect(
    ask: Callable[[], int], *, count: int = 20, clock: Callable[[], int] = time.monotonic_ns
) -> tuple[Echo, ...]:
    """Ask a board for its CLOCK_MONOTONIC (ns) several times over one channel.

    Do it at the start and at the end of a session, and between items of a long one.
    """
    echoes = []
    for _ in range(count):
        sent_ns = clock()
        board_ns = ask()
        echoes.append(Echo(sent_ns=sent_ns, board_ns=board_ns, received_ns=clock()))
    return tuple(echoes)


def measure(echoes: Iterable[Echo]) -> Offset:
    """Return the offset from all echoes of a session; raises CannotTellError without a usable one.

    Of each burst the quickest echo counts: the others can only have waited longer.
    """
    usable = sorted((e for e in echoes if e.round_trip_ns >= 0), key=lambda echo: echo.sent_ns)
    if not usable:
        raise CannotTellError(
            "the clocks of board and meter cannot be set against each other: no echo came back"
        )
    anchors = tuple(_anchor(min(b, key=lambda e: e.round_trip_ns)) for b in _bursts(usable))
    return Offset(anchors=anchors, fault=_fault(anchors))


def between(board: Offset, meter: Offset) -> Offset:
    """Return board minus meter, by the meter's clock, where both were asked by one controller.

    For a meter that hangs on another board: the bounds of both clocks add up.
    """
    anchors = []
    for at_ns in sorted({anchor.at_ns for one in (board, meter) for anchor in one.anchors}):
        (offset_ns, u_ns), (meter_ns, u_meter_ns) = board.at(at_ns), meter.at(at_ns)
        one = Anchor(at_ns=at_ns + meter_ns, offset_ns=offset_ns - meter_ns, u_ns=u_ns + u_meter_ns)
        anchors.append(one)
    fault = board.fault or (f"of the meter's board: {meter.fault}" if meter.fault else "")
    return Offset(anchors=tuple(anchors), fault=fault)


def _bursts(echoes: Sequence[Echo]) -> list[list[Echo]]:
    bursts: list[list[Echo]] = []
    for echo in echoes:
        last = bursts[-1] if bursts else []
        near = last and echo.sent_ns - last[-1].received_ns < _PAUSE_NS
        if near and echo.received_ns - last[0].sent_ns < _BURST_NS:
            last.append(echo)
        else:
            bursts.append([echo])
    return bursts


def _anchor(echo: Echo) -> Anchor:
    middle_ns = (echo.sent_ns + echo.received_ns) // 2
    half_ns = (echo.round_trip_ns + 1) // 2
    # the board may have looked half a round trip away from the middle: so much drift besides
    u_ns = half_ns + round(half_ns * MAX_DRIFT) + 1
    return Anchor(at_ns=middle_ns, offset_ns=echo.board_ns - middle_ns, u_ns=u_ns)


def _fault(anchors: Sequence[Anchor]) -> str:
    for a, b in itertools.pairwise(anchors):
        allowed = a.u_ns + b.u_ns + 2 * MAX_DRIFT * (b.at_ns - a.at_ns)
        moved = b.offset_ns - a.offset_ns
        if abs(moved) > allowed:
            return (
                f"the board's clock moved by {moved / 1e9:+.3f} s against the controller's within"
                f" {(b.at_ns - a.at_ns) / 1e9:.0f} s: a restart, or a machine that slept"
            )
    return ""
