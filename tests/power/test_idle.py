"""Idle power beneath work: between two idle windows, on the line, and no surer than it strays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.power.idle import idle_of
from tests.power.fixtures import POWER, window

FINE = replace(POWER, quantum_w=0.0, scale=1e-6)


def at(begin_s: int, watts: float, *, seconds: float = 10.0, sensor: object = FINE) -> object:
    return window(
        lambda _: watts,
        seconds=seconds,
        sensor=sensor,  # type: ignore[arg-type]
        begin_ns=begin_s * 1_000_000_000,
    )


def found(*work_s: int, before: float = 4.0, after: float = 5.0, sensor: object = FINE) -> object:
    windows = [at(begin, 9.0, sensor=sensor) for begin in work_s]
    return idle_of(sensor, windows, at(0, before, sensor=sensor), at(100, after, sensor=sensor))  # type: ignore[arg-type]


@pytest.mark.parametrize(("work_s", "share"), [((50,), 0.5), ((20,), 0.2), ((20, 40), 0.3)])
def test_idle_lies_on_the_line(work_s: tuple[int, ...], share: float) -> None:
    idle = found(*work_s)
    assert idle.mean_w == pytest.approx(4.0 + share, abs=1e-6)  # type: ignore[attr-defined]
    assert idle.drift_w == pytest.approx(-1.0, abs=1e-6)  # type: ignore[attr-defined]


def test_it_strays_most_in_the_middle_and_least_over_the_whole_way() -> None:
    # a random walk between known ends: 1/4 of its variance in the middle; of nine places' mean a
    # tenth, and 1/12 of ever more
    middle, side = found(50).u_w, found(10).u_w  # type: ignore[attr-defined]
    whole = found(*range(10, 100, 10)).u_w  # type: ignore[attr-defined]
    assert middle == pytest.approx(0.5, rel=0.01)
    assert side == pytest.approx(0.3, rel=0.01)
    assert whole == pytest.approx((8.25 / 81) ** 0.5, rel=0.01)


def test_a_step_is_the_same_before_and_after() -> None:
    coarse = replace(POWER, quantum_w=0.4)
    still = found(50, before=4.0, after=4.0, sensor=coarse)
    assert still.u_w == pytest.approx(0.4 / 12**0.5)  # type: ignore[attr-defined]


def test_one_side_or_none() -> None:
    lone = idle_of(FINE, [], at(0, 4.0), None)  # type: ignore[arg-type]
    assert lone is not None
    assert lone.mean_w == pytest.approx(4.0)
    assert lone.drift_w == 0.0
    assert idle_of(FINE, [], None, None) is None
