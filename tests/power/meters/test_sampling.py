"""The sampling thread: meters that fail, come back, vanish, break; nothing read is ever lost."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import MeterError, MeterGoneError
from harness.power.meters import sampling
from harness.power.meters.meter import Sample, Traits, Value, stamped
from harness.power.meters.sampling import Sampler, Track
from harness.power.meters.table import open_meter, traits_of
from harness.records.meter import MeterEntry
from tests.power.meters.servers import http_reply, plug

if TYPE_CHECKING:
    import pytest

TRAITS = Traits(scope="wall", gain=0.03, quantum_w=0.1, period_ms=5, lag_ms=0, minimum_window_s=1.0)


class Scripted:
    """A meter that gives what it is told to, and then waits to be stopped."""

    def __init__(self, *script: float | Exception) -> None:
        self.script = list(script)
        self.done = threading.Event()
        self.closed = 0

    def read(self) -> Sample:
        if len(self.script) == 1:
            self.done.set()
        one = self.script.pop(0) if self.script else MeterError("over")
        if isinstance(one, Exception):
            raise one
        return stamped(lambda: Value(one))

    def close(self) -> None:
        self.closed += 1


def run(meter: Scripted, **limits: int) -> Track:
    sampler = Sampler(meter, TRAITS, **limits)
    sampler.start()
    assert meter.done.wait(10)
    track = sampler.stop()
    assert meter.closed == 1
    return track


def test_an_error_is_a_trouble_and_the_next_reading_comes() -> None:
    track = run(Scripted(1.0, MeterError("garbage", where="plug"), 2.0, 3.0, 4.0))
    assert track.watts[:3] == (1.0, 2.0, 3.0)
    assert track.troubles[0].words == "garbage"
    assert track.begin_ns[0] < track.troubles[0].at_ns < track.begin_ns[1]
    assert track.ended == ""
    assert list(track.begin_ns) == sorted(track.begin_ns)


def test_a_meter_that_vanishes_leaves_what_came_before() -> None:
    meter = Scripted(1.0, 2.0, MeterGoneError("has ended", where="command"))
    track = run(meter)
    assert track.watts == (1.0, 2.0)
    assert track.ended == "has ended"


def test_a_broken_driver_is_words_too() -> None:
    track = run(Scripted(1.0, RuntimeError("usb")))
    assert track.watts == (1.0,)
    assert "RuntimeError: usb" in track.ended


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    track = run(Scripted(*[1.0] * 4), limit=4)
    assert len(track.watts) == 4
    assert "4 readings are as many as are kept" in track.ended
    monkeypatch.setattr(sampling, "MAX_TROUBLES", 2)
    track = run(Scripted(*[MeterError("x")] * 5))
    assert len(track.troubles) == 2
    assert track.failures >= 4


def test_gaps() -> None:
    ms = 1_000_000
    begin = (0, 10 * ms, 100 * ms)
    track = Track(begin_ns=begin, end_ns=tuple(t + ms for t in begin), watts=(1.0, 1.0, 1.0))
    assert track.gaps(10) == ((11 * ms, 100 * ms),)
    assert track.gaps(50) == ()


def test_a_plug_that_is_pulled_out_in_mid_run() -> None:
    entry = MeterEntry(kind="tasmota", target="", period_ms=10)
    with plug(lambda _: http_reply({"StatusSNS": {"ENERGY": {"Power": 7}}})) as url:
        entry = replace(entry, target=url)
        sampler = Sampler(open_meter(entry), traits_of(entry))
        sampler.start()
        while len(sampler.track().watts) < 3:
            time.sleep(0.01)
    while not sampler.track().failures:
        time.sleep(0.01)
    track = sampler.stop()
    assert len(track.watts) >= 3
    assert set(track.watts) == {7.0}
    assert "no connection" in track.troubles[0].words
