"""Latency summaries: golden values, quantile rules, the unit of analysis."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.latency import half_width, quantile, summarise

WALLS = st.lists(st.lists(st.integers(1, 10**12), min_size=1, max_size=12), min_size=1, max_size=6)


def test_golden_answer() -> None:
    latency = summarise([[100, 200, 300, 400], [200, 400, 600, 800]], [1, 2])
    # p25 of each: 175 and 350 / 2 = 175; so no spread at all
    assert latency.p25 == pytest.approx(175.0)
    assert latency.ci95 is not None
    assert latency.ci95.low == pytest.approx(175.0)
    assert latency.p50 == pytest.approx(250.0)
    assert (latency.samples, latency.repetitions, latency.iterations_per_sample) == (8, 2, 2)


def test_interval_is_students_t_over_repetitions() -> None:
    latency = summarise([[100], [110], [121]], [1, 1, 1])
    # logs are evenly spaced by ln 1.1, so sd = ln 1.1; t(.975, 2) = 4.302653
    half = 4.302652729911275 * math.log(1.1) / math.sqrt(3)
    assert latency.p25 == pytest.approx(110.0)
    assert latency.ci95 is not None
    assert latency.ci95.high == pytest.approx(110 * math.exp(half))
    assert latency.ci95.of == "p25"


def test_factors_of_the_fact_sheet() -> None:
    for k, factor in ((8, 0.836), (10, 0.715), (20, 0.468), (30, 0.373)):
        logs = [float(i % 2) for i in range(k)]
        sd = float(np.std(logs, ddof=1))
        assert half_width(logs) == pytest.approx(factor * sd, rel=2e-3)


def test_one_repetition_has_no_interval() -> None:
    assert summarise([[5, 6, 7]], [1]).ci95 is None


def test_p25_of_twenty_samples_interpolates() -> None:
    x = sorted([7, 3, 19, 2, 11, 5, 13, 17, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71])
    assert quantile(x, 0.25) == pytest.approx(x[4] + 0.75 * (x[5] - x[4]))


@pytest.mark.parametrize(
    ("samples", "iterations", "p90", "p99"),
    [(99, 1, False, False), (100, 1, True, False), (662, 1, True, True), (700, 2, False, False)],
)
def test_tail_quantiles_need_single_inferences_and_enough_of_them(
    samples: int, iterations: int, *, p90: bool, p99: bool
) -> None:
    latency = summarise([list(range(1, samples + 1))], [iterations])
    assert (latency.p90 is not None) == p90
    assert (latency.p99 is not None) == p99


@pytest.mark.parametrize(("walls", "counts"), [([], []), ([[]], [1]), ([[0]], [1]), ([[1]], [])])
def test_nothing_to_summarise_is_an_error(walls: list[list[int]], counts: list[int]) -> None:
    with pytest.raises(ValueError, match=r"samples|positive|counts"):
        summarise(walls, counts)


@given(WALLS, st.integers(1, 1000))
def test_scaling_times_scales_every_statistic(walls: list[list[int]], factor: int) -> None:
    counts = [1] * len(walls)
    plain = summarise(walls, counts)
    scaled = summarise([[w * factor for w in walls_i] for walls_i in walls], counts)
    assert scaled.p25 == pytest.approx(plain.p25 * factor, rel=1e-9)
    assert scaled.p50 == pytest.approx(plain.p50 * factor, rel=1e-9)


@given(WALLS)
def test_p25_lies_inside_its_interval_and_the_samples(walls: list[list[int]]) -> None:
    latency = summarise(walls, [1] * len(walls))
    every = [w for walls_i in walls for w in walls_i]
    assert min(every) * (1 - 1e-9) <= latency.p25 <= max(every) * (1 + 1e-9)
    if latency.ci95 is not None:
        assert latency.ci95.low <= latency.p25 * (1 + 1e-9)
        assert latency.p25 <= latency.ci95.high * (1 + 1e-9)
