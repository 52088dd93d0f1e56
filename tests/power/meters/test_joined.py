"""The whole road: a meter on its own clock to joules of a board's window, within what is stated."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from harness.power.meters.joined import Span, align, energy
from harness.power.meters.meter import Traits
from harness.power.meters.offset import Anchor, Echo, Offset, collect, measure
from harness.power.meters.sampling import Sampler, Track
from harness.power.meters.table import open_meter, traits_of
from harness.records.measurement import Status
from harness.records.meter import MeterEntry
from tests.power.meters.servers import http_reply, plug

S = 1_000_000_000
SKEW_NS = 3 * S
PLUG = Traits(
    scope="wall", gain=0.01, quantum_w=0.1, period_ms=1000, lag_ms=1000, minimum_window_s=60.0
)
EXACT = Offset(anchors=(Anchor(at_ns=0, offset_ns=SKEW_NS, u_ns=10_000_000),))


def steps(period_s: float = 1.0, load_w: float = 6.0) -> Track:
    """2 W, and `load_w` from 100 s to 200 s of the controller's clock."""
    t = np.arange(0.0, 300.0, period_s)
    stamps = tuple(int(x * S) for x in t)
    watts = tuple(load_w if 100 <= x < 200 else 2.0 for x in t)
    return Track(begin_ns=stamps, end_ns=stamps, watts=watts)


def span(begin_s: float, end_s: float, inferences: int = 1000) -> Span:
    """A window in seconds of the controller's clock, told by the board's."""
    return Span(
        begin_ns=int(begin_s * S) + SKEW_NS,
        end_ns=int(end_s * S) + SKEW_NS,
        inferences=inferences,
    )


IDLE = (span(10, 90, 0), span(210, 290, 0))


def test_steps_within_the_stated_uncertainty() -> None:
    aligned = align("meter:x", PLUG, steps(), EXACT, [span(100, 200)], IDLE)
    found = energy(aligned)
    assert found is not None
    assert found.status is Status.OK
    assert found.scope == "wall"
    assert found.u_j is not None
    assert found.u_net_j is not None
    assert found.energy_net_j is not None
    assert abs(found.energy_j - 600) <= found.u_j
    assert abs(found.energy_net_j - 400) <= found.u_net_j
    # a value up to a second old on a step of 4 W: 4 J as a bound, twice 4/sqrt(3) as k = 2
    assert aligned.u_align_j == pytest.approx(4 / math.sqrt(3), rel=0.3)
    assert found.windows_ns == ((103 * S, 203 * S),)


def test_an_offset_of_more_than_a_hundredth_is_refused_in_words() -> None:
    rough = Offset(anchors=(Anchor(at_ns=150 * S, offset_ns=SKEW_NS, u_ns=2 * S),))
    aligned = align("meter:x", PLUG, steps(), rough, [span(100, 200)])
    assert energy(aligned) is None
    assert "more than 1 % of a window of 100 s" in aligned.refused
    jumped = replace(EXACT, fault="the board's clock moved")
    assert align("meter:x", PLUG, steps(), jumped, [span(100, 200)]).refused == jumped.fault


def test_a_meter_that_stopped_early_is_invalid_and_says_why() -> None:
    whole = steps()
    track = Track(
        begin_ns=whole.begin_ns[:150],
        end_ns=whole.end_ns[:150],
        watts=whole.watts[:150],
        ended="command: has ended",
    )
    found = energy(align("meter:x", PLUG, track, EXACT, [span(100, 200)]))
    assert found is not None
    assert found.status is Status.INVALID
    assert found.reasons[-1].words == "the meter stopped: command: has ended"
    early = energy(align("meter:x", PLUG, track, EXACT, [span(20, 90)]))
    assert early is not None
    assert early.status is Status.OK


def test_no_readings_at_all() -> None:
    empty = Track(begin_ns=(), end_ns=(), watts=())
    found = energy(align("meter:x", PLUG, empty, EXACT, [span(100, 200)], IDLE))
    assert found is not None
    assert found.status is Status.INVALID


def test_what_is_not_resolved_stays_so() -> None:
    track = steps(load_w=2.05)
    found = energy(align("meter:x", PLUG, track, EXACT, [span(100, 200)], IDLE))
    assert found is not None
    assert found.energy_net_j is None
    assert found.energy_net_upper_j is not None
    assert found.energy_net_upper_j > 5


def test_two_hundred_synthetic_plugs_are_covered() -> None:
    # quantised, up to a second late, a gain of its own, a clock as wrong as the echo allows
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        gain, late_s = 1 + rng.normal(0, PLUG.gain), rng.uniform(0, 1)
        wrong_ns = int(rng.uniform(-50, 50) * 1e6)
        t = np.arange(0.0, 300.0, 1.0) + rng.uniform(0, 1)
        true_w = np.where((t - late_s >= 100) & (t - late_s < 200), 6.0, 2.0)
        true_w = true_w + rng.normal(0, 0.15, len(t))
        watts = np.round(gain * true_w / 0.1) * 0.1
        stamps = tuple((t * S).astype(np.int64).tolist())
        track = Track(begin_ns=stamps, end_ns=stamps, watts=tuple(watts.tolist()))
        anchor = Anchor(at_ns=150 * S, offset_ns=SKEW_NS + wrong_ns, u_ns=50_000_000)
        found = energy(
            align("meter:x", PLUG, track, Offset(anchors=(anchor,)), [span(100, 200)], IDLE)
        )
        assert found is not None
        assert found.u_net_j is not None
        assert found.energy_net_j is not None
        covered += abs(found.energy_net_j - 400) <= found.u_net_j
    assert covered >= 182


def test_from_a_plug_over_http_to_joules() -> None:
    """A plug that draws 3 + 2 sin(2 pi t) W, a board 3 s ahead, 20 ms of round trip."""
    start_ns = time.monotonic_ns()

    def power(seconds: float) -> float:
        return 3 + 2 * math.sin(2 * math.pi * seconds)

    def energy_to(seconds: float) -> float:
        return 3 * seconds - math.cos(2 * math.pi * seconds) / math.pi

    def answer(_: str) -> bytes:
        return http_reply({"apower": round(power((time.monotonic_ns() - start_ns) / S), 2)})

    def ask() -> int:
        time.sleep(0.005)
        board_ns = time.monotonic_ns() + SKEW_NS
        time.sleep(0.015)
        return board_ns

    with plug(answer) as url:
        entry = MeterEntry(kind="shelly", target=url, period_ms=20, quantum_w=0.01, gain=1e-4)
        traits = replace(traits_of(entry), lag_ms=0)
        sampler = Sampler(open_meter(entry), traits)
        sampler.start()
        echoes: list[Echo] = list(collect(ask, count=5))
        begin_ns = time.monotonic_ns()
        time.sleep(2.3)
        end_ns = time.monotonic_ns()
        time.sleep(0.2)
        echoes += collect(ask, count=5)
        track = sampler.stop()
    offset = measure(echoes)
    window = Span(begin_ns=begin_ns + SKEW_NS, end_ns=end_ns + SKEW_NS, inferences=10)
    aligned = align("meter:shelly", traits, track, offset, [window])
    found = energy(aligned)
    assert found is not None, aligned.refused
    assert found.status is Status.OK
    truth = energy_to((end_ns - start_ns) / S) - energy_to((begin_ns - start_ns) / S)
    assert abs(found.energy_j - truth) <= found.u_j
    # the clocks are known to half a round trip, and no better than the way was lopsided
    assert aligned.u_offset_ns >= 5_000_000
