"""Simulated sensors of a board: an INA3221 under either Jetson driver, and a RAPL counter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from harness.power.energy import SensorReadings
from harness.power.integrate import Readings
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from tests.power.sim.truth import Floats, Power

SHUNT_STEP_UV = 40.0
BUS_STEP_V = 8e-3
CYCLE_S = 6.6e-3  # three channels, 1.1 ms of shunt and 1.1 ms of bus each
AVERAGED_S = 0.422  # the old driver's 64 of them
START_NS = 7_000_000_000
_MISSED = 0.01
_LATE_S = 0.003


@dataclass(frozen=True, kw_only=True)
class Rail:
    """One channel of an INA3221."""

    label: str = "VDD_IN"
    volts: float = 5.0
    shunt_mohm: float = 5.0
    total: str = ""
    averages: bool = False

    @property
    def quantum_w(self) -> float:
        """One step of the shunt's voltage, in watts."""
        return self.volts * SHUNT_STEP_UV * 1e-3 / self.shunt_mohm

    def sensor(self) -> SensorFile:
        """What discovery makes of it (harness.power.hwmon and .iio)."""
        made = SensorFile(
            id=f"ina3221:{self.label}",
            kind="product",
            path=f"/{self.label}/in",
            path2=f"/{self.label}/curr",
            scale=1e-6,
            scope="rails" if self.total else "module",
            label=self.label,
            quantum_w=self.quantum_w,
            gain=0.02,
            period_ms=100,
            total=self.total,
            total_scope="module" if self.total else "",
        )
        if not self.averages:
            return made
        return replace(
            made,
            kind="power",
            path2="",
            scale=1e-3,
            period_ms=200,
            averaging_ms=int(AVERAGED_S * 1e3),
        )


def read_ina(rail: Rail, power: Power, spans: Spans, rng: np.random.Generator) -> SensorReadings:
    """Read one channel over all windows with a gain and a zero of its own."""
    sensor = rail.sensor()
    gain = 1 + rng.normal(0, sensor.gain)
    zero_uv = rng.normal(0, SHUNT_STEP_UV)

    def one(begin: float, end: float, inferences: int) -> Readings:
        t = times(begin, end, sensor.period_ms / 1e3, rng)
        phase = rng.uniform(0, CYCLE_S)
        done = np.floor((t - phase) / CYCLE_S) * CYCLE_S + phase  # the last conversion's end
        if rail.averages:
            watts = (power.joules_to(done) - power.joules_to(done - AVERAGED_S)) / AVERAGED_S
        else:
            watts = power.at(done - CYCLE_S / 3)
        # the bus sags under load, and is converted at another time than the shunt
        volts = rail.volts * (1 - 0.002 * watts / 10)
        microvolts = gain * watts / volts * rail.shunt_mohm * 1e3 + zero_uv
        milliamps = np.round(np.round(microvolts / SHUNT_STEP_UV) * SHUNT_STEP_UV / rail.shunt_mohm)
        millivolts = np.round(volts / BUS_STEP_V) * BUS_STEP_V * 1e3
        if rail.averages:
            raw, raw2 = np.trunc(np.round(millivolts) * milliamps * 1e-3), None
        else:
            raw, raw2 = np.round(millivolts), milliamps
        return readings(begin, end, t, raw, raw2, inferences)

    return spans.read(sensor, one)


RAPL = SensorFile(
    id="rapl:package-0",
    kind="energy",
    path="/energy_uj",
    scale=1e-6,
    scope="package",
    label="package-0",
    wrap_raw=262_143_328_850,
    gain=0.05,
)
_RAPL_STEP_J = 61e-6
_RAPL_UPDATE_S = 1e-3


def read_rapl(
    power: Power, spans: Spans, rng: np.random.Generator, wrap_raw: int = RAPL.wrap_raw
) -> SensorReadings:
    """Read a counter with a gain of its own; it wraps in some window or between two."""
    sensor = replace(RAPL, wrap_raw=wrap_raw)
    gain = 1 + rng.normal(0, sensor.gain)

    def one(begin: float, end: float, inferences: int) -> Readings:
        t = times(begin, end, 0.1, rng)
        joules = gain * power.joules_to(np.floor(t / _RAPL_UPDATE_S) * _RAPL_UPDATE_S)
        start = int(rng.integers(0, wrap_raw)) if wrap_raw < RAPL.wrap_raw else None
        if start is None:  # so that the counter wraps somewhere in this window
            start = wrap_raw - int(rng.uniform(0, 2.0) * 1e6 * joules[-1])
        steps = np.floor(joules / _RAPL_STEP_J) * _RAPL_STEP_J
        raw = (start + np.round(steps * 1e6).astype(np.int64)) % (wrap_raw + 1)
        return readings(begin, end, t, raw.astype(float), None, inferences)

    return spans.read(sensor, one)


@dataclass(frozen=True, kw_only=True)
class Spans:
    """The windows of an item as the runner reports them."""

    before: tuple[float, float]
    work: list[tuple[float, float]]
    after: tuple[float, float]
    inferences: int = 1000

    def read(self, sensor: SensorFile, one: One) -> SensorReadings:
        """Read a sensor over all of them."""
        return SensorReadings(
            sensor=sensor,
            windows=[one(*span, self.inferences) for span in self.work],
            idle_before=one(*self.before, 0),
            idle_after=one(*self.after, 0),
        )


def times(begin: float, end: float, period: float, rng: np.random.Generator) -> Floats:
    """Times of readings around a window: never early, some late, some missed, at times a gap."""
    due = np.arange(begin - 3 * period, end + 3.5 * period, period) + rng.uniform(0, period / 2)
    t = due + rng.exponential(_LATE_S, len(due)) + (rng.random(len(due)) < 0.01) * 0.3 * period
    kept = rng.random(len(t)) >= _MISSED
    if rng.random() < 0.3:  # a gap
        hole = int(rng.integers(5, len(t) - 8))
        kept[hole : hole + 2] = False
    kept[:2] = kept[-2:] = True
    return t[kept]


def readings(
    begin: float,
    end: float,
    t: Floats,
    raw: Floats,
    raw2: Floats | None,
    inferences: int,
) -> Readings:
    """Put them into the form that a run's frames have."""
    return Readings(
        begin_ns=START_NS + round(begin * 1e9),
        end_ns=START_NS + round(end * 1e9),
        t_ns=tuple((START_NS + np.round(t * 1e9).astype(np.int64)).tolist()),
        raw=tuple(int(v) for v in raw),
        raw2=() if raw2 is None else tuple(int(v) for v in raw2),
        inferences=inferences,
    )


if TYPE_CHECKING:
    from collections.abc import Callable

    One = Callable[[float, float, int], Readings]
