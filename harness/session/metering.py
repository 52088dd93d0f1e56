"""The meters beside one board, for as long as its session lasts: opened, read, set against windows.

What a meter does wrong becomes words in `energy_absent` or in an energy entry; the run goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.errors import CannotTellError, HarnessError
from harness.power import selftest
from harness.power.meters import joined, sampling, table
from harness.power.meters.joined import Aligned, Span
from harness.power.meters.offset import Offset, between
from harness.records.measurement import PowerTrace
from harness.records.trial import LoadStep
from harness.session.echoes import BoardClock
from harness.session.sensing import Reach, open_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from harness.power.meters.meter import Traits
    from harness.records.item import Work
    from harness.records.measurement import Energy
    from harness.records.meter import MeterEntry
    from harness.session.collect import Collector, ItemFrames
    from harness.session.link import Say
    from harness.session.ready import Ready

# energies of an item by meter, and why some are missing
Metered = tuple[tuple["Energy", ...], str]
Meters = Callable[["Work", "Collector", "ItemFrames"], Metered]

BEAT_S = 60.0
FIRST, BETWEEN = 20, 8  # echoes at the start and the end, and meanwhile: those may meet a window
_PATIENCE_MS = 2000  # beyond what a meter needs for its next readings
_POLL_S = 0.02


@dataclass(frozen=True, kw_only=True)
class _Open:
    """One meter that is read."""

    source: str
    traits: Traits
    sampler: sampling.Sampler
    begun_ns: int  # of the controller's clock
    host: Ready | None = None  # the board it hangs on
    clock: BoardClock | None = None  # of that board


class Metering:
    """Context of a session; `energies` is asked by whoever judges an item."""

    def __init__(self, ready: Ready, reach: Reach | None, say: Say, *, wanted: bool) -> None:
        """`wanted`: an item of the session asks for joules; without one no meter is opened."""
        self._ready, self._reach, self._say = ready, reach, say
        entries = ready.facts.entry.meters if wanted else ()
        self._entries = dict(zip(table.meter_ids(entries), entries, strict=True))
        self._clock = BoardClock(ready)
        self._open: list[_Open] = []
        self._absent: dict[str, str] = {}
        self._steps: dict[str, LoadStep] = {}
        self._traces: dict[tuple[str, str, int], PowerTrace] = {}
        self._over = threading.Event()
        self._beat = threading.Thread(target=self._keep_asking, name="echoes", daemon=True)

    def __enter__(self) -> Self:
        """Open every meter that can be had; a Note for each that cannot."""
        for source, entry in self._entries.items():
            try:
                self._open.append(self._opened(source, entry))
            except HarnessError as error:
                # the row may be published: the place stays in the journal of the run
                self._absent[source] = f"{error.what}; {error.do}" if error.do else error.what
                words = str(error).replace("\n  ", "; ")
                self._say(f"{source} is not read: {words}")
            except Exception as error:  # noqa: BLE001 - a fault of its driver costs nobody a run
                self._absent[source] = f"a fault in its driver: {type(error).__name__}: {error}"
                self._say(f"{source} is not read: {self._absent[source]}")
        if self._open:
            self._ask_all(FIRST)
            self._beat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything, however the session ended."""
        self._over.set()
        if self._beat.is_alive():
            self._beat.join()
        for one in self._open:
            self._say(self._account(one, one.sampler.stop()))
            if one.clock is not None:
                one.clock.close()
            if one.host is not None:
                one.host.link.close()
        self._clock.close()

    @property
    def window_s(self) -> float:
        """How long a window must be for the slowest meter that is read; 0 when none is."""
        return max((one.traits.minimum_window_s for one in self._open), default=0.0)

    def renew(self, ready: Ready) -> None:
        """Go on with a board that was made ready again."""
        self._ready = ready
        self._clock.renew(ready)
        if self._open:
            self._ask_all(FIRST)

    def energies(self, work: Work, collector: Collector, frames: ItemFrames) -> Metered:
        """Return an item's joules by each meter, and in words what is missing ("" nothing)."""
        if not self._entries or not work.item.energy:
            return (), ""
        missing = [f"{source} was not read: {words}" for source, words in self._absent.items()]
        if not self._open:
            return (), "; ".join(missing)
        windows = [_span(f) for f in frames.windows if not f["sensor"]]
        why = self._unknown_times(windows, frames)
        if why:
            return (), "; ".join([*missing, why])
        idle = _idle(collector, windows)
        last_ns = max(span.end_ns for span in (*windows, *idle) if span is not None)
        found: list[Energy] = []
        for one in self._there_at(windows[0].begin_ns):
            energy, words = self._energy(one, work, windows, idle, last_ns)
            if energy is not None:
                found += selftest.judged([energy], [self._tried(one, collector)])
            missing += [f"{one.source}: {words}"] if words else []
        return tuple(found), "; ".join(missing)

    @property
    def load_steps(self) -> tuple[LoadStep, ...]:
        """Whether the meters felt the load step, as far as an item was judged by them."""
        return tuple(self._steps.values())

    def take_traces(self) -> tuple[PowerTrace, ...]:
        """Return, once, the readings of all windows that were judged; on the board's clock.

        `raw` is in whole microwatts. Idle windows, which items share, come once.
        """
        traces, self._traces = tuple(self._traces.values()), {}
        return traces

    def _opened(self, source: str, entry: MeterEntry) -> _Open:
        sensing = open_any(entry, self._reach)
        sampler = sampling.Sampler(sensing.meter, sensing.traits)
        begun_ns = time.monotonic_ns()
        sampler.start()
        return _Open(
            source=source,
            traits=sensing.traits,
            sampler=sampler,
            begun_ns=begun_ns,
            host=sensing.ready,
            clock=BoardClock(sensing.ready) if sensing.ready else None,
        )

    def _there_at(self, begin_ns: int) -> list[_Open]:
        """Return each meter once: as it was opened last before a time of the board's clock."""
        with suppress(CannotTellError):  # it is said for each of them
            begin_ns = self._clock.offset().controller_ns(begin_ns)
        found: dict[str, _Open] = {}
        for one in self._open:
            if one.source not in found or one.begun_ns <= begin_ns:
                found[one.source] = one
        return list(found.values())

    def _reopen(self) -> None:
        """Open those again that went away: the windows to come are theirs as well."""
        latest = {one.source: one for one in self._open}
        for source, one in latest.items():
            if not one.sampler.is_gone:
                continue
            with suppress(HarnessError):  # still away: the next beat tries again
                again = self._opened(source, self._entries[source])
                self._open.append(again)
                if again.clock is not None:
                    again.clock.burst(FIRST)
                self._say(f"{source} is read again; it had stopped: {one.sampler.ended}")

    def _account(self, one: _Open, track: sampling.Track) -> str:
        """Say how a meter's session went: readings, failures, and how well the clocks are known."""
        words = [f"{one.source}: {len(track.watts)} readings"]
        if track.failures:
            words.append(f"{track.failures} failed, such as: {track.troubles[0].words}")
        try:
            offset = self._offset(one, self._clock.offset())
        except CannotTellError as error:
            return "; ".join([*words, error.what])
        u_ms = max(anchor.u_ns for anchor in offset.anchors) / 1e6
        return "; ".join([*words, offset.fault or f"clocks known to {u_ms:.2g} ms"])

    def _unknown_times(self, windows: Sequence[Span], frames: ItemFrames) -> str:
        """Say why the item's windows cannot be set against any meter, "" when they can."""
        if not windows:
            return "no energy window was taken for the meters"
        boot_id = self._ready.facts.hello.boot_id
        if (frames.closing or {}).get("boot_id_end") != boot_id:
            return "the meters were read on another clock: the board was started anew since"
        return ""

    def _energy(
        self,
        one: _Open,
        work: Work,
        windows: Sequence[Span],
        idle: tuple[Span | None, Span | None],
        last_ns: int,
    ) -> tuple[Energy | None, str]:
        try:
            self._settle(one, last_ns)
            board = self._clock.offset()
            if min(board.controller_ns(span.begin_ns) for span in windows) < one.begun_ns:
                return None, "was not read yet: an earlier controller took these windows"
            offset = self._offset(one, board)
        except CannotTellError as error:
            return None, error.what
        track = one.sampler.track()
        aligned = joined.align(one.source, one.traits, track, offset, windows, idle)
        self._keep(work.item.item_id, aligned)
        return joined.energy(aligned), aligned.refused

    def _tried(self, one: _Open, collector: Collector) -> LoadStep:
        """Say whether a meter felt every core at work; the frames tell when they were."""
        step = [_span(frame) for frame in collector.steps if not frame["sensor"]][-1:]
        if not step:
            return LoadStep(source=one.source, words=selftest.NOT_TAKEN)
        offset = self._offset(one, self._clock.offset())
        idle = _idle(collector, step)
        aligned = joined.align(one.source, one.traits, one.sampler.track(), offset, step, idle)
        (found,) = selftest.step_windows([aligned.readings])
        if aligned.refused:
            found = replace(found, words=aligned.refused)
        self._steps[one.source] = found
        return found

    def _settle(self, one: _Open, last_ns: int) -> None:
        """Ask for the time after the last window, and wait for readings behind its end."""
        clocks = [clock for clock in (self._clock, one.clock) if clock is not None]
        if not self._clock.has_asked_since(0):  # not even at the start
            self._clock.burst(FIRST)
        here_ns = self._clock.offset().controller_ns(last_ns)
        for clock in clocks:
            if not clock.has_asked_since(here_ns):
                clock.burst(FIRST)
        patience_ms = 3 * one.traits.period_ms + one.traits.lag_ms + _PATIENCE_MS
        # from the window's end on: of many items that close together the first one waits for all
        until_ns = here_ns + patience_ms * 1_000_000
        offset = self._offset(one, self._clock.offset())
        behind_ns = last_ns + one.traits.period_ms * 1_000_000
        while time.monotonic_ns() < until_ns and not one.sampler.ended and not self._over.is_set():
            read_ns = one.sampler.last_ns
            if read_ns is not None and read_ns + offset.at(read_ns)[0] > behind_ns:
                return
            time.sleep(_POLL_S)

    def _offset(self, one: _Open, board: Offset) -> Offset:
        return board if one.clock is None else between(board, one.clock.offset())

    def _keep(self, item: str, aligned: Aligned) -> None:
        read = aligned.readings
        named = [(item, window) for window in read.windows]
        named += [("", idle) for idle in (read.idle_before, read.idle_after) if idle is not None]
        for name, window in named:
            self._traces[read.sensor.id, name, window.begin_ns] = PowerTrace(
                board=self._ready.facts.name,
                item=name,
                sensor=read.sensor.id,
                begin_ns=window.begin_ns,
                end_ns=window.end_ns,
                inferences=window.inferences,
                t_ns=window.t_ns,
                raw=window.raw,
            )

    def _ask_all(self, count: int) -> None:
        theirs = (one.clock for one in self._open if not one.sampler.ended)
        for clock in (self._clock, *theirs):
            if clock is not None:
                clock.burst(count)

    def _keep_asking(self) -> None:
        while not self._over.wait(BEAT_S):
            self._reopen()
            self._ask_all(BETWEEN)


def _span(frame: dict[str, Any]) -> Span:
    return Span(
        begin_ns=int(frame["begin_ns"]),
        end_ns=int(frame["end_ns"]),
        inferences=int(frame.get("inferences") or 0),
    )


def _idle(collector: Collector, windows: Sequence[Span]) -> tuple[Span | None, Span | None]:
    spans = [_span(frame) for frame in collector.idle if not frame["sensor"]]
    begin_ns, end_ns = windows[0].begin_ns, windows[-1].end_ns
    before = next((s for s in reversed(spans) if s.end_ns <= begin_ns), None)
    return before, next((s for s in spans if s.begin_ns >= end_ns), None)
