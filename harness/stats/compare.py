"""Is head slower than base? Exact signed-rank tests against a margin, on interleaved pairs.

Pairs are (base, head) of a lower-is-better quantity, one fresh process each, run as neighbours.
Comparing stored runs is not done here: session noise would be taken for change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

ABBA = (0, 1, 1, 0, 1, 0, 0, 1)  # 0 = base, 1 = head: cancels any straight drift
PAIRS_MIN = 5  # below this 1/2^K never gets under .05
EQUIVALENCE_ALPHA = 0.05

Pair = tuple[float, float]


class Verdict(StrEnum):
    """What a comparison says; `inconclusive` is an answer of its own, never green or red."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One session of a comparison: how many pairs, and how small p must be."""

    pairs: int
    alpha: float


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The two-stage rule of one metric: a hit of `screen` needs `confirm` in a fresh session."""

    metric: str
    margin: float
    screen: Stage = Stage(pairs=10, alpha=0.05)
    confirm: Stage = Stage(pairs=20, alpha=0.01)


RULES = {
    "latency": Rule(metric="latency", margin=0.02),
    "p90": Rule(metric="p90", margin=0.10),
    "energy": Rule(metric="energy", margin=0.05),
}


@dataclass(frozen=True, kw_only=True)
class SignedRank:
    """Rank sum of the positive differences and its exact one-sided p."""

    w: float
    p: float
    pairs: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One stage's answer. `ratio` is head / base (1.02 = 2 % worse) with its 95 % interval.

    `hit` names the direction that a confirm session has to settle, and is empty otherwise;
    `detectable` is about the smallest worsening that this noise would let through 9 times in 10.
    """

    verdict: Verdict
    hit: str
    words: str
    pairs: int
    margin: float
    ratio: float
    low: float
    high: float
    worse: SignedRank
    better: SignedRank
    detectable: float


def slots(pairs: int) -> tuple[int, ...]:
    """Return the order of 2 x `pairs` slots: ABBA BAAB repeated, cut."""
    return tuple(ABBA[i % len(ABBA)] for i in range(2 * pairs))


def signed_rank(differences: Sequence[float], shift: float = 0.0) -> SignedRank:
    """Test that differences lie above `shift` (log units): exact p over all 2^K signs.

    Ties get mid-ranks; a difference equal to `shift` keeps its rank and counts as not above.
    """
    moved = [d - shift for d in differences]
    doubled = _double_ranks([abs(x) for x in moved])
    w = sum(rank for rank, x in zip(doubled, moved, strict=True) if x > 0)
    counts = _sign_patterns(tuple(sorted(doubled)))
    p = sum(counts[w:]) / 2 ** len(moved)
    return SignedRank(w=w / 2, p=p, pairs=len(moved))


def screen(pairs: Sequence[Pair], margin: float, alpha: float = 0.05) -> Comparison:
    """Judge one session's pairs. A significant direction is reported as `hit`, not as a verdict."""
    return _stage(pairs, margin, alpha, confirmed="")


def confirm(pairs: Sequence[Pair], margin: float, hit: str, alpha: float = 0.01) -> Comparison:
    """Judge the fresh session that a `hit` asked for: the same direction again, or not."""
    return _stage(pairs, margin, alpha, confirmed=hit)


def _stage(pairs: Sequence[Pair], margin: float, alpha: float, confirmed: str) -> Comparison:
    d = [math.log(head / base) for base, head in pairs if base > 0 and head > 0]
    edge = math.log1p(margin)
    worse, better = signed_rank(d, edge), signed_rank([-x for x in d], edge)
    hit = ""
    if len(d) >= PAIRS_MIN:
        hit = "regressed" if worse.p <= alpha else "improved" if better.p <= alpha else ""
    ratio, low, high = _effect(d)
    verdict, words = _verdict(d, edge, hit, confirmed)
    return Comparison(
        verdict=verdict,
        hit="" if confirmed else hit,
        words=words,
        pairs=len(d),
        margin=margin,
        ratio=ratio,
        low=low,
        high=high,
        worse=worse,
        better=better,
        detectable=_detectable(d, edge, alpha),
    )


def _verdict(d: Sequence[float], edge: float, hit: str, confirmed: str) -> tuple[Verdict, str]:
    if len(d) < PAIRS_MIN:
        return Verdict.INCONCLUSIVE, f"{len(d)} valid pairs, {PAIRS_MIN} needed"
    if hit and hit == confirmed:
        return Verdict(hit), "significant in both sessions"
    if hit:
        return Verdict.INCONCLUSIVE, f"looks {hit}; a fresh session must confirm it"
    inside = max(signed_rank(d, -edge).p, signed_rank([-x for x in d], -edge).p)
    if inside <= EQUIVALENCE_ALPHA:
        return Verdict.EQUIVALENT, f"inside +-{math.expm1(edge) * 100:.0f}%"
    return Verdict.INCONCLUSIVE, "too much noise to tell"


def _double_ranks(sizes: Sequence[float]) -> list[int]:
    """Twice the mid-ranks, so that ties stay whole numbers."""
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    ranks = [0] * len(sizes)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and sizes[order[end]] == sizes[order[start]]:
            end += 1
        for i in order[start:end]:
            ranks[i] = start + 1 + end  # (first rank + last rank), both counted from 1
        start = end
    return ranks


@cache
def _sign_patterns(doubled_ranks: tuple[int, ...]) -> tuple[int, ...]:
    """Number of sign patterns for each (doubled) rank sum from 0 up."""
    counts = [1]
    for rank in doubled_ranks:
        padded = counts + [0] * rank
        shifted = [0] * rank + counts
        counts = [a + b for a, b in zip(padded, shifted, strict=True)]
    return tuple(counts)


def _effect(d: Sequence[float]) -> tuple[float, float, float]:
    """Hodges-Lehmann ratio with the exact 95 % interval of the signed-rank test."""
    if not d:
        return (math.nan, math.nan, math.nan)
    walsh = sorted((a + b) / 2 for i, a in enumerate(d) for b in d[i:])
    middle = len(walsh) // 2
    centre = walsh[middle] if len(walsh) % 2 else (walsh[middle - 1] + walsh[middle]) / 2
    cut = _rank_sum_quantile(len(d), 0.025)
    if cut is None:
        return (math.exp(centre), 0.0, math.inf)  # too few pairs for any bound
    return (math.exp(centre), math.exp(walsh[cut]), math.exp(walsh[len(walsh) - 1 - cut]))


def _rank_sum_quantile(pairs: int, tail: float) -> int | None:
    """Largest w with P(W <= w) <= tail; None when even P(W = 0) is larger."""
    counts = _sign_patterns(tuple(2 * k for k in range(1, pairs + 1)))[::2]
    total, found = 0, None
    for w, count in enumerate(counts):
        total += count
        if total / 2**pairs > tail:
            break
        found = w
    return found


def _detectable(d: Sequence[float], edge: float, alpha: float) -> float:
    """About the least worsening found with 90 % power: t approximation, .955 = its efficiency."""
    if len(d) < PAIRS_MIN:
        return math.inf
    from scipy.special import stdtrit

    k = len(d)
    mean = math.fsum(d) / k
    sd = math.sqrt(math.fsum((x - mean) ** 2 for x in d) / (k - 1))
    quantiles = float(stdtrit(k - 1, 1 - alpha)) + float(stdtrit(k - 1, 0.9))
    return math.expm1(edge + quantiles * sd / math.sqrt(k * 0.955))
