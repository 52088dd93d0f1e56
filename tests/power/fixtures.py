"""A simulated sensor: quantised, periodic, with correlated noise; and what discovery is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.power.integrate import Readings
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "boards"
POWER = SensorFile(
    id="p", kind="power", path="/p", scale=1e-3, scope="module", label="P", quantum_w=0.04
)
COUNTER = SensorFile(
    id="e", kind="energy", path="/e", scale=1e-6, scope="package", label="E", wrap_raw=262143328850
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What discovery asks of a probe."""

    files: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    compatible: tuple[str, ...] = ()
    sensor: str = "auto"


def window(
    watts: Callable[[float], float],
    *,
    seconds: float = 10.0,
    period_s: float = 0.1,
    inferences: int = 100,
    sensor: SensorFile = POWER,
    begin_ns: int = 5_000_000_000,
    start_raw: int = 0,
) -> Readings:
    """Readings of a power given as a function of seconds since the window's begin."""
    times = np.arange(-0.5, seconds + 0.5, period_s)
    values = np.array([watts(float(t)) for t in times])
    if sensor.kind == "energy":
        steps = (values[1:] + values[:-1]) / 2 * period_s / sensor.scale
        counts = start_raw + np.concatenate(([0], np.cumsum(steps))).astype(np.int64)
        raw = tuple(int(c) % (sensor.wrap_raw + 1) for c in counts)
    else:
        step = sensor.quantum_w or sensor.scale
        raw = tuple(round(round(float(v) / step) * step / sensor.scale) for v in values)
    return Readings(
        begin_ns=begin_ns,
        end_ns=begin_ns + int(seconds * 1e9),
        t_ns=tuple(begin_ns + round(float(t) * 1e9) for t in times),
        raw=raw,
        inferences=inferences,
    )


def noisy(
    mean_w: float,
    rng: np.random.Generator,
    *,
    sigma_w: float = 0.08,
    tau_s: float = 1.0,
    period_s: float = 0.1,
) -> Callable[[float], float]:
    """Power with AR(1) noise, the model of the fact sheet; call it with rising times only."""
    a = float(np.exp(-period_s / tau_s))
    state = [float(rng.normal(0, sigma_w))]

    def at(_: float) -> float:
        state[0] = a * state[0] + float(rng.normal(0, sigma_w * np.sqrt(1 - a * a)))
        return mean_w + state[0]

    return at
