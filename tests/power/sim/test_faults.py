"""What a simulated sensor or clock does wrong, and what is then said: never a number to believe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.power.energy import SensorReadings, board_energies
from harness.power.integrate import Readings
from harness.power.meters.joined import Span, align, energy
from harness.power.meters.offset import Echo, measure
from harness.power.meters.sampling import Track
from harness.power.meters.table import traits_of
from harness.records.measurement import Energy, Status
from harness.records.meter import MeterEntry
from tests.power.sim.sensors import Rail, Spans, read_ina, read_rapl
from tests.power.sim.trials import SETTINGS, trial
from tests.power.sim.truth import Load, Power, Timing

S = 1_000_000_000
NANO = Load(idle_w=5.0, net_w=0.9)


def read(timing: Timing, seed: int, load: Load = NANO) -> tuple[Power, Spans, np.random.Generator]:
    rng = np.random.default_rng(seed)
    before, work, after = timing.spans()
    return Power(load, timing, rng), Spans(before=before, work=work, after=after), rng


@pytest.mark.parametrize("name", ["orin-nano", "agx-orin", "rapl", "plug"])
def test_twice_the_inferences_take_twice_the_joules(name: str) -> None:
    """N and 2N on one board: the sensor of a seed has one gain and one zero for both."""
    setting = SETTINGS[name]
    double = replace(setting.timing, window_s=2 * setting.timing.window_s)
    gross = net = resolved = 0
    for seed in range(20):
        once, twice = (
            trial(replace(setting, timing=timing), seed).said for timing in (setting.timing, double)
        )
        gross += doubled(once.energy_j, once.u_j, twice.energy_j, twice.u_j)
        if once.energy_net_j and once.u_net_j and twice.energy_net_j and twice.u_net_j:
            resolved += 1
            net += doubled(once.energy_net_j, once.u_net_j, twice.energy_net_j, twice.u_net_j)
    assert gross >= 19
    assert resolved >= 17
    assert net >= resolved - 1


def doubled(once_j: float, u_once: float, twice_j: float, u_twice: float) -> bool:
    ratio = twice_j / once_j
    return abs(ratio - 2) <= ratio * float(np.hypot(u_once / once_j, u_twice / twice_j))


def test_a_counter_that_wraps_several_times_in_a_window() -> None:
    # 26 J: at 20 W every 1.3 s, and wherever it stands between two windows
    for seed in range(10):
        power, spans, rng = read(Timing(), seed, Load(idle_w=5.0, net_w=15.0, wander_w=0.1))
        (said,) = board_energies([read_rapl(power, spans, rng, wrap_raw=(1 << 25) - 1)])
        assert said.status is Status.OK
        assert said.energy_net_j is not None
        assert said.u_net_j is not None
        # three of them: ten draws of a gain of 5 %
        assert abs(said.energy_j - power.gross_j()) <= 1.5 * said.u_j
        assert abs(said.energy_net_j - power.net_j()) <= 1.5 * said.u_net_j


def without(window: Readings, first: int, count: int) -> Readings:
    """Take readings out of the middle."""

    def rest(values: tuple[int, ...]) -> tuple[int, ...]:
        return (*values[:first], *values[first + count :])

    return replace(window, t_ns=rest(window.t_ns), raw=rest(window.raw), raw2=rest(window.raw2))


def cut(readings: Readings, keep: slice) -> Readings:
    return replace(
        readings,
        t_ns=readings.t_ns[keep],
        raw=readings.raw[keep],
        raw2=readings.raw2[keep],
    )


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (slice(0, 55), "readings do not cover the window"),
        (slice(60, None), "readings do not cover the window"),
        (slice(0, 5), "too few readings in the window"),
        (slice(0, 1), "fewer than two readings"),
        (slice(0, 0), "no reading came: the sensor went away or cannot be read"),
    ],
)
def test_a_sensor_that_vanishes(keep: slice, words: str) -> None:
    power, spans, rng = read(Timing(), 3)
    whole = read_ina(Rail(), power, spans, rng)
    windows = [*whole.windows[:4], cut(whole.windows[4], keep)]
    (said,) = board_energies([replace(whole, windows=windows)])
    refused(said, words)
    # and comes back: a hole of a second in the middle
    times = whole.windows[2].t_ns
    first = next(i for i, t in enumerate(times) if t > times[0] + 5 * S)
    holed = without(whole.windows[2], first, 10)
    (said,) = board_energies([replace(whole, windows=[*whole.windows[:2], holed])])
    refused(said, "a gap between readings, in seconds")


def test_a_rail_that_vanishes_takes_the_total_with_it() -> None:
    setting = SETTINGS["agx-orin"]
    rng = np.random.default_rng(0)
    before, work, after = setting.timing.spans()
    spans = Spans(before=before, work=work, after=after)
    rails = [
        read_ina(rail, Power(load, setting.timing, rng), spans, rng)
        for rail, load in zip(setting.rails, setting.loads, strict=True)
    ]
    lost = replace(rails[1], windows=[cut(w, slice(0, 30)) for w in rails[1].windows])
    total, *single = board_energies([rails[0], lost, rails[2]])
    refused(total, "readings do not cover the window")
    assert [one.status for one in single] == [Status.OK, Status.INVALID, Status.OK]
    gone = SensorReadings(sensor=rails[1].sensor, windows=())
    names = [one.source for one in board_energies([rails[0], gone, rails[2]])]
    assert names == [rails[0].sensor.id, rails[2].sensor.id]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (0, "the energy is not positive"),
        (-4000, "the energy is not positive"),
        (10**9, "an impossible reading, in watts"),
        (10**30, "a value that no register holds"),
    ],
)
def test_a_sensor_that_answers_nonsense(raw: int, words: str) -> None:
    power, spans, rng = read(Timing(), 4)
    whole = read_ina(Rail(), power, spans, rng)
    windows = [replace(w, raw2=(raw,) * len(w.raw2)) for w in whole.windows]
    (said,) = board_energies([replace(whole, windows=windows)])
    refused(said, words)


def refused(said: Energy, words: str) -> None:
    assert said.status is Status.INVALID
    assert words in [reason.words for reason in said.reasons]
    assert said.energy_net_j is None
    assert said.energy_net_upper_j is None


PLUG = MeterEntry(kind="shelly", target="http://plug", gain=1e-4, quantum_w=0.01)
RATE = 80e-6  # the board's clock gains on the controller's
SKEW_NS = 5 * S


def board_ns(controller_ns: int) -> int:
    return controller_ns + SKEW_NS + round(controller_ns * RATE)


def echoes(at_s: float, trip_s: float) -> list[Echo]:
    """One burst of three; the answer is slow, the question quick."""
    made = []
    for n in range(3):
        sent = int((at_s + n * (trip_s + 0.01)) * S)
        back = sent + int(trip_s * S)
        made.append(Echo(sent_ns=sent, board_ns=board_ns(sent + S // 1000), received_ns=back))
    return made


def stepped(load_w: float = 10.0) -> Track:
    """3 W, and `load_w` from 1000 s to 1060 s of the controller's clock."""
    t = np.arange(900.0, 1200.0, 1.0)
    watts = np.where((t >= 1000) & (t < 1060), load_w, 3.0)
    stamps = tuple(int(x * S) for x in t)
    return Track(begin_ns=stamps, end_ns=stamps, watts=tuple(watts.tolist()))


@pytest.mark.parametrize("trip_s", [0.004, 0.04, 0.4])
def test_clocks_that_differ_and_drift(trip_s: float) -> None:
    offset = measure([*echoes(0, trip_s), *echoes(2000, trip_s)])
    assert offset.drift_ppm is not None
    assert offset.drift_ppm[0] == pytest.approx(80, abs=offset.drift_ppm[1])
    traits = replace(traits_of(PLUG), lag_ms=0)
    window = Span(begin_ns=board_ns(1000 * S), end_ns=board_ns(1060 * S), inferences=60)
    aligned = align("meter:shelly", traits, stepped(), offset, [window])
    said = energy(aligned)
    assert said is not None
    assert abs(said.energy_j - 600) <= said.u_j
    # what the clocks may be wrong by is in it: a step of 7 W times half a round trip
    assert said.u_j >= 2 * 7 * trip_s / 2 / np.sqrt(3) * 0.9
    assert said.u_j <= 2 * 7 * trip_s / 2 + 18


def test_clocks_known_to_more_than_a_hundredth_are_refused() -> None:
    window = Span(begin_ns=board_ns(1000 * S), end_ns=board_ns(1060 * S), inferences=60)
    slow = measure([*echoes(0, 1.3), *echoes(2000, 1.3)])
    refused_as = align("meter:shelly", traits_of(PLUG), stepped(), slow, [window])
    assert energy(refused_as) is None
    assert "more than 1 % of a window of 60 s" in refused_as.refused
    # a single burst long ago: its bound has grown by the largest drift
    old = measure(echoes(-1000, 0.3))
    assert "longer windows" in align("m", traits_of(PLUG), stepped(), old, [window]).refused
    near = measure(echoes(990, 1.1))
    assert align("m", traits_of(PLUG), stepped(), near, [window]).refused == ""


def test_a_meter_of_nonsense_is_never_nothing() -> None:
    window = Span(begin_ns=board_ns(1000 * S), end_ns=board_ns(1060 * S), inferences=60)
    offset = measure([*echoes(900, 0.004), *echoes(1200, 0.004)])
    for watts, words in ((0.0, "not positive"), (-3.0, "not positive"), (1e6, "impossible")):
        track = replace(stepped(), watts=(watts,) * 300)
        said = energy(align("m", traits_of(PLUG), track, offset, [window]))
        assert said is not None
        assert said.status is Status.INVALID
        assert words in " ".join(reason.words for reason in said.reasons)
        assert said.energy_net_j is None
