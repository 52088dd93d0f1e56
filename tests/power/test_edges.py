"""What steps at the edges of a window cost: against steps at every place between two readings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.power import integrate
from harness.power.edges import u_edges_j, u_shift_j
from harness.power.parts import measure
from tests.power.fixtures import POWER, window

FINE = replace(POWER, quantum_w=0.0, scale=1e-6)


def test_steps_between_readings() -> None:
    """A step of 4 W at both edges, which readings a second apart cannot place."""
    errors, stated = [], []
    for phase in np.linspace(0.01, 0.99, 50):
        times = np.arange(-3, 64) + phase
        readings = integrate.Readings(
            begin_ns=0,
            end_ns=60 * 10**9,
            t_ns=tuple((times * 1e9).astype(int).tolist()),
            raw=tuple(6_000_000 if 0 <= t < 60 else 2_000_000 for t in times),
        )
        errors.append(integrate.joules(FINE, readings) - 360)
        stated.append(u_edges_j(FINE, [readings]))
    assert np.sqrt(np.mean(np.square(stated))) == pytest.approx(0.23 * 4 * 2**0.5)
    assert 0.7 < np.sqrt(np.mean(np.square(stated)) / np.mean(np.square(errors))) < 1.3


def test_a_shift_of_all_windows_together() -> None:
    step = window(lambda t: 6.0 if 0 <= t < 10 else 2.0, sensor=FINE)
    one = u_shift_j(FINE, [step], [0.2e9])
    assert one == pytest.approx(4 * 0.2 / 3**0.5, rel=0.3)
    assert u_shift_j(FINE, [step, step], [0.2e9, 0.2e9]) == pytest.approx(2 * one)
    flat = window(lambda _: 6.0, sensor=FINE)
    assert u_shift_j(FINE, [flat], [0.2e9]) == pytest.approx(0.0, abs=1e-9)


def test_a_sensor_of_means_is_set_at_their_middles() -> None:
    """A power that rises by 1 W/s: means over 400 ms are 0.2 W behind, and 2 J a window."""
    late = replace(FINE, averaging_ms=400)
    behind = window(lambda t: 5.0 + (t - 0.2), sensor=late)
    assert measure(late, [behind], None, None).energy_j == pytest.approx(100.0, rel=1e-6)
    assert measure(FINE, [behind], None, None).energy_j == pytest.approx(98.0, rel=1e-6)
    assert (
        measure(late, [behind], None, None).u_mean_w > measure(FINE, [behind], None, None).u_mean_w
    )
