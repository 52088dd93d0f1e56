"""Polls one open meter on a thread of the controller, for as long as a session lasts.

Readings stay in RAM as plain numbers, 32 bytes each. A meter that fails or vanishes takes nothing
with it: what came before stays, and the rest is words.
"""

from __future__ import annotations

import math
import threading
import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import MeterError, MeterGoneError

if TYPE_CHECKING:
    from harness.power.meters.meter import Meter, Sample, Traits

# 32 MB; at 10 readings a second more than a day
MAX_SAMPLES = 1_000_000
MAX_TROUBLES = 50
GAP_PERIODS = 5
_STOP_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A reading that was not to be had: when, and why; no address, since rows may be published."""

    at_ns: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Track:
    """What a meter said, in order; all times on the controller's CLOCK_MONOTONIC.

    But readings of a meter that hangs on another board carry the clock of that board.

    `ended` says why it stopped before it was told to, "" when it did not. `troubles` keeps the
    first fifty of `failures`. `counter_j` is NaN where the meter counts no energy.
    """

    begin_ns: tuple[int, ...]
    end_ns: tuple[int, ...]
    watts: tuple[float, ...]
    counter_j: tuple[float, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    failures: int = 0
    ended: str = ""

    def gaps(self, period_ms: int) -> tuple[tuple[int, int], ...]:
        """Return the times (from, to) without a reading that are longer than five periods."""
        limit = GAP_PERIODS * period_ms * 1_000_000
        pairs = zip(self.end_ns, self.begin_ns[1:], strict=False)
        return tuple((a, b) for a, b in pairs if b - a > limit)


class Sampler:
    """The thread. `stop` ends it, closes the meter and returns all that was read."""

    def __init__(self, meter: Meter, traits: Traits, *, limit: int = MAX_SAMPLES) -> None:
        self._meter = meter
        self._traits = traits
        self._limit = limit
        self._begin_ns = array("q")
        self._end_ns = array("q")
        self._watts = array("d")
        self._counter_j = array("d")
        self._troubles: list[Trouble] = []
        self._failures = 0
        self._ended = ""
        self._is_gone = False
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> Track:
        """End the thread, close the meter, and return everything."""
        self._stop.set()
        self._thread.join(_STOP_S)
        if self._thread.is_alive():
            # the thread is a daemon: it keeps the meter, and nothing of the run
            self._end("the meter did not let go of its last request")
        else:
            self._meter.close()
        return self.track()

    def track(self) -> Track:
        """Return what has been read so far; the thread goes on."""
        with self._lock:
            return Track(
                begin_ns=tuple(self._begin_ns),
                end_ns=tuple(self._end_ns),
                watts=tuple(self._watts),
                counter_j=tuple(self._counter_j),
                troubles=tuple(self._troubles),
                failures=self._failures,
                ended=self._ended,
            )

    @property
    def last_ns(self) -> int | None:
        """When the last reading began, None before the first one."""
        with self._lock:
            return self._begin_ns[-1] if self._begin_ns else None

    @property
    def ended(self) -> str:
        """Why it stopped before it was told to, "" while it has not."""
        with self._lock:
            return self._ended

    @property
    def is_gone(self) -> bool:
        """Whether it ended since the meter, or the way to it, is gone: it may come back."""
        with self._lock:
            return self._is_gone

    def _run(self) -> None:
        period_s = self._traits.period_ms / 1e3
        due = time.monotonic()
        while not self._stop.is_set() and not self._ended:
            well = self._once()
            if well and self._traits.pushes:
                continue
            # a late reading moves the next ones: they never come in a bunch
            due = max(due + period_s, time.monotonic())
            self._stop.wait(due - time.monotonic())

    def _once(self) -> bool:
        """Take one reading; say whether the meter is well."""
        try:
            sample = self._meter.read()
        except MeterGoneError as error:
            self._trouble(error.what)
            self._end(error.what, is_gone=True)
        except MeterError as error:
            self._trouble(error.what)
        except Exception as error:  # noqa: BLE001 - a thread's traceback would be nobody's reading
            self._end(f"a fault in the meter's driver: {type(error).__name__}: {error}")
        else:
            if sample is not None:
                self._keep(sample)
            return True
        return False

    def _keep(self, sample: Sample) -> None:
        with self._lock:
            self._begin_ns.append(sample.begin_ns)
            self._end_ns.append(sample.end_ns)
            self._watts.append(sample.watts)
            self._counter_j.append(math.nan if sample.counter_j is None else sample.counter_j)
        if len(self._watts) >= self._limit:
            self._end(f"{self._limit} readings are as many as are kept: poll less often")

    def _trouble(self, words: str) -> None:
        with self._lock:
            self._failures += 1
            if len(self._troubles) < MAX_TROUBLES:
                self._troubles.append(Trouble(at_ns=time.monotonic_ns(), words=words))

    def _end(self, words: str, *, is_gone: bool = False) -> None:
        with self._lock:
            self._ended = self._ended or words
            self._is_gone = is_gone
