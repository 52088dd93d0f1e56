"""Signed-rank tests against known answers and scipy; verdicts; the two stages."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.stats.compare import (
    RULES,
    Pair,
    Verdict,
    confirm,
    screen,
    signed_rank,
    slots,
)

KNOWN = [0.031, 0.024, -0.004, 0.018, 0.027, 0.012, 0.035, -0.009, 0.022, 0.015]


def pairs(effect: float, count: int, sd: float = 0.005, seed: int = 1) -> list[Pair]:
    draw = random.Random(seed)
    return [
        (1e6 * math.exp(draw.gauss(0, sd)), 1e6 * (1 + effect) * math.exp(draw.gauss(0, sd)))
        for _ in range(count)
    ]


def test_known_answers() -> None:
    plain = signed_rank(KNOWN)
    assert (plain.w, plain.p) == (52, 0.0048828125)
    margin = signed_rank(KNOWN, math.log(1.01))
    assert (margin.w, margin.p) == (42, 0.080078125)


@pytest.mark.parametrize(
    ("k", "w05", "p05", "w01", "p01"),
    [(8, 31, 0.0391, 35, 0.0078), (10, 45, 0.0420, 50, 0.0098), (20, 150, 0.0487, 167, 0.0096)],
)
def test_critical_values(k: int, w05: int, p05: float, w01: int, p01: float) -> None:
    for w, p in ((w05, p05), (w01, p01)):
        chosen = _with_rank_sum(k, w)
        found = signed_rank(chosen)
        assert found.w == w
        assert found.p == pytest.approx(p, abs=6e-5)


def _with_rank_sum(k: int, w: int) -> list[float]:
    """Differences of sizes 1..k whose positive ranks add up to w."""
    signs, left = [-1.0] * k, w
    for rank in range(k, 0, -1):
        if rank <= left:
            signs[rank - 1], left = 1.0, left - rank
    return [sign * (i + 1) for i, sign in enumerate(signs)]


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=14, unique_by=abs))
def test_equals_scipy_without_ties(whole: list[int]) -> None:
    d = [x / 1000 for x in whole if x]
    if not d:
        return
    theirs = stats.wilcoxon(d, alternative="greater", method="exact")
    ours = signed_rank(d)
    assert ours.w == theirs.statistic
    assert ours.p == pytest.approx(float(theirs.pvalue), abs=1e-12)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=10))
def test_ties_and_zeros_stay_conservative(whole: list[int]) -> None:
    found = signed_rank([float(x) for x in whole])
    assert 0 < found.p <= 1
    # exact by listing all sign patterns over the same mid-ranks
    ranks = stats.rankdata([abs(x) for x in whole])
    sums = [sum(r for i, r in enumerate(ranks) if mask >> i & 1) for mask in range(2 ** len(whole))]
    assert found.p == pytest.approx(sum(s >= found.w - 1e-9 for s in sums) / len(sums))


def test_slots_are_balanced_and_neighbours() -> None:
    assert slots(4) == (0, 1, 1, 0, 1, 0, 0, 1)
    for k in range(2, 40, 2):
        order = slots(k)
        assert sum(order) == k
        assert all({order[2 * i], order[2 * i + 1]} == {0, 1} for i in range(k))


def test_a_true_slow_down_needs_both_stages() -> None:
    rule = RULES["latency"]
    first = screen(pairs(0.06, rule.screen.pairs), rule.margin)
    assert first.verdict is Verdict.INCONCLUSIVE
    assert first.hit == "regressed"
    second = confirm(pairs(0.06, 20, seed=2), rule.margin, first.hit, rule.confirm.alpha)
    assert second.verdict is Verdict.REGRESSED
    assert second.hit == ""
    assert second.low < 1.06 < second.high


def test_improvement_mirrors_regression() -> None:
    first = screen(pairs(-0.06, 10), 0.02)
    assert first.hit == "improved"
    assert confirm(pairs(-0.06, 20), 0.02, "improved").verdict is Verdict.IMPROVED


def test_equal_builds_are_equivalent() -> None:
    found = screen(pairs(0.0, 10), 0.02)
    assert found.verdict is Verdict.EQUIVALENT
    assert found.hit == ""


def test_a_hit_that_does_not_come_again_is_not_red() -> None:
    found = confirm(pairs(0.0, 20), 0.02, "regressed")
    assert found.verdict is Verdict.EQUIVALENT


def test_noise_and_few_pairs_are_inconclusive() -> None:
    assert screen(pairs(0.0, 10, sd=0.2), 0.02).verdict is Verdict.INCONCLUSIVE
    few = screen(pairs(0.5, 4), 0.02)
    assert few.verdict is Verdict.INCONCLUSIVE
    assert "4 valid pairs" in few.words
    assert screen([], 0.02).verdict is Verdict.INCONCLUSIVE


def test_invalid_times_leave_the_pair_out() -> None:
    found = screen([*pairs(0.0, 10), (0.0, 1.0), (1.0, -1.0)], 0.02)
    assert found.pairs == 10


@given(st.lists(st.tuples(st.floats(1, 1e9), st.floats(1, 1e9)), max_size=12))
def test_swapping_base_and_head_mirrors_everything(data: list[Pair]) -> None:
    ours, theirs = screen(data, 0.02), screen([(b, a) for a, b in data], 0.02)
    swap = {"regressed": "improved", "improved": "regressed", "": ""}
    assert ours.hit == swap[theirs.hit]
    assert ours.worse.p == pytest.approx(theirs.better.p)


def test_null_never_alarms_at_the_margin() -> None:
    hits = sum(bool(screen(pairs(0.0, 10, sd=0.006, seed=s), 0.02).hit) for s in range(300))
    assert hits == 0


def test_detectable_effect_shrinks_with_noise() -> None:
    quiet, loud = screen(pairs(0, 10, 0.002), 0.02), screen(pairs(0, 10, 0.02), 0.02)
    assert 0.02 < quiet.detectable < loud.detectable


def test_interval_covers_the_truth() -> None:
    runs = [screen(pairs(0.03, 10, sd=0.01, seed=s), 0.02) for s in range(300)]
    assert 0.9 <= sum(c.low <= 1.03 <= c.high for c in runs) / 300 <= 0.99
