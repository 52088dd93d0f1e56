"""When it got slower: steps, ramps, noise, single buckets, and boards that never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.throttling import Endurance, endurance

MINUTES_10 = 600


def trace(*parts: tuple[int, float], noise: float = 0.0, seed: int = 1) -> list[float]:
    """Inferences of each second: so many seconds at each rate."""
    rates = np.concatenate([np.full(seconds, rate) for seconds, rate in parts])
    scatter = np.random.default_rng(seed).normal(0.0, noise, rates.size)
    return list(rates * np.exp(scatter))


def of(inferences: list[float], seconds: float = 1.0) -> Endurance:
    return endurance([seconds] * len(inferences), inferences)


def test_a_step_is_found_where_it_is() -> None:
    found = of(trace((150, 1000.0), (450, 700.0)))
    assert found.throttle_s == 150
    assert found.first == pytest.approx(1000)
    assert found.steady == pytest.approx(700)


@pytest.mark.parametrize("seed", range(20))
def test_a_step_is_found_in_noise(seed: int) -> None:
    found = of(trace((150, 1000.0), (450, 800.0), noise=0.02, seed=seed))
    assert found.throttle_s is not None
    assert abs(found.throttle_s - 150) <= 3
    assert found.steady == pytest.approx(800, rel=0.01)


@pytest.mark.parametrize("seed", range(50))
def test_noise_alone_is_no_throttling(seed: int) -> None:
    found = of(trace((MINUTES_10, 1000.0), noise=0.03, seed=seed))
    assert found.throttle_s is None
    assert found.steady / found.first == pytest.approx(1, abs=0.02)


def test_single_slow_buckets_begin_nothing_and_single_fast_ones_end_nothing() -> None:
    steady = trace((MINUTES_10, 1000.0))
    for at in (100, 101, 300, 598, 599):
        steady[at] = 300.0
    assert of(steady).throttle_s is None
    slow = trace((200, 1000.0), (400, 800.0))
    for at in (250, 251, 400):
        slow[at] = 1000.0
    assert of(slow).throttle_s == 200


def test_a_ramp_throttles_when_it_has_lost_a_twentieth() -> None:
    ramp = [1000.0] * 60 + [1000.0 - i for i in range(540)]
    assert of(ramp).throttle_s == pytest.approx(60 + 50, abs=4)


def test_a_board_that_recovers_did_not_throttle_for_good() -> None:
    found = of(trace((100, 1000.0), (100, 700.0), (400, 1000.0)))
    assert found.throttle_s is None
    assert found.steady == pytest.approx(1000)


def test_a_late_fall_has_its_own_steady_rate() -> None:
    found = of(trace((560, 1000.0), (40, 500.0)))
    assert found.throttle_s == 560
    assert found.steady == pytest.approx(500)


def test_buckets_may_be_longer_or_uneven() -> None:
    found = of([2400.0] * 100 + [1200.0] * 500, seconds=2.4)
    assert found.throttle_s == pytest.approx(240)
    seconds = [1.0, 1.3] * 100
    even = endurance(seconds, [500 * s for s in seconds])
    assert even.throttle_s is None
    assert even.first == pytest.approx(500)


def test_a_short_run_holds_its_end_against_its_first_quarter() -> None:
    found = of([20.0] * 20 + [10.0] * 40, seconds=0.02)
    assert found.first == pytest.approx(1000)
    assert found.throttle_s == pytest.approx(0.4)


def test_a_few_buckets_say_nothing_of_throttling() -> None:
    found = of([1000.0, 1000.0, 10.0])
    assert found.throttle_s is None
    assert found.steady == pytest.approx(10)


@pytest.mark.parametrize(("seconds", "done"), [([], []), ([1.0], []), ([0.0], [1.0])])
def test_a_trace_without_time_is_refused(seconds: list[float], done: list[float]) -> None:
    with pytest.raises(ValueError, match="trace"):
        endurance(seconds, done)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 30), st.floats(1, 1e9)),
        min_size=1,
        max_size=80,
    )
)
def test_whatever_the_trace_the_figures_lie_within_it(buckets: list[tuple[float, float]]) -> None:
    seconds, done = [s for s, _ in buckets], [n for _, n in buckets]
    rates = [n / s for s, n in buckets]
    found = endurance(seconds, done)
    for rate in (found.first, found.steady):
        assert min(rates) * 0.999 <= rate <= max(rates) * 1.001
    assert found.throttle_s is None or 0 <= found.throttle_s < sum(seconds)
