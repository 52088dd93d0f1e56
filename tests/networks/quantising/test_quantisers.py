"""Quantisers against their definitions, and against what is known of a trained SqueezeNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness.networks.quantising import quantisers as q

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from harness.networks.sources.weights import Weights

_finite = st.floats(-1e3, 1e3, width=32)
_kernels = arrays(np.float32, (3, 5), elements=_finite)


def test_the_largest_value_is_the_largest_code() -> None:
    made = q.largest(np.array([[-2.0, 0.5], [0.1, 0.02]]), 8, per="kernel")
    assert made.codes.tolist() == [[-127, 32], [127, 25]]
    assert made.step.ravel().tolist() == pytest.approx([2 / 127, 0.1 / 127])


@given(_kernels, st.integers(2, 8))
def test_codes_stay_in_range_and_zero_stays_zero(x: NDArray[np.float32], bits: int) -> None:
    for made in (q.largest(x, bits), q.omse(x, bits), *q.dual(x, bits)):
        assert -(1 << (bits - 1)) <= made.codes.min()
        assert made.codes.max() < 1 << (bits - 1)
        assert np.isfinite(made.values).all()
    assert not q.omse(np.zeros((2, 3)), bits).codes.any()


@given(_kernels, st.sampled_from([2, 3, 4, 5, 8]))
def test_sawb_has_odd_codes_only(x: NDArray[np.float32], bits: int) -> None:
    codes = q.sawb(x, bits).codes
    assert (codes % 2 == 1).all()
    assert np.abs(codes).max() < 1 << bits


@given(_kernels, st.integers(2, 4))
def test_powers_of_two_are_that_or_zero(x: NDArray[np.float32], bits: int) -> None:
    made = q.power_of_two(x, bits)
    size = np.unique(np.abs(made.codes))
    known = {0} | {1 << e for e in range((1 << (bits - 1)) - 1)}
    assert set(size.tolist()) <= known
    top = np.abs(x) == np.abs(x).max()
    ratio = np.abs(made.values[top & (x != 0)]) / np.abs(x[top & (x != 0)])
    assert ((ratio > 2 / 3 - 1e-9) & (ratio <= 4 / 3)).all()


@given(_kernels)
def test_signs_and_trits(x: NDArray[np.float32]) -> None:
    assert set(q.sign(x).codes.ravel().tolist()) <= {-1, 1}
    trits = q.ternary(x)
    assert set(trits.codes.ravel().tolist()) <= {-1, 0, 1}
    assert ((trits.codes == 0) | (np.sign(x) == trits.codes)).all()


def test_zero_is_plus_one() -> None:
    assert q.sign(np.array([[0.0, -0.0, -1.0]])).codes.tolist() == [[1, 1, -1]]


def test_pact_clips_on_both_sides() -> None:
    made = q.pact(np.array([-1.0, 0.0, 0.5, 1.0, 9.0]), 1.5, 2)
    assert made.codes.tolist() == [0, 0, 1, 2, 3]
    assert made.values[-1] == 1.5


@pytest.mark.parametrize("bits", [2, 3, 4])
@pytest.mark.parametrize("draw", ["normal", "laplace", "logistic", "uniform"])
def test_sawb_is_close_to_the_best_range(draw: str, bits: int) -> None:
    x = getattr(np.random.default_rng(7), draw)(size=40_000)
    levels = (1 << bits) - 1

    def error(reach: float) -> float:
        near = reach * (2 * np.rint((np.clip(x / reach, -1, 1) + 1) / 2 * levels) / levels - 1)
        return float(np.mean((near - x) ** 2))

    best = min(error(f * np.abs(x).max()) for f in np.linspace(0.05, 1.05, 400))
    assert np.mean((q.sawb(x, bits).values - x) ** 2) / best < 1.03


def _both(w: NDArray[np.float32], bits: int) -> NDArray[np.float64]:
    first, second = q.dual(w, bits)
    return first.values + second.values


# dB over all inner layers together, two decimals
ANCHORS: dict[str, tuple[float, Callable[[NDArray[np.float32]], NDArray[np.float64]]]] = {
    "w4 tensor max": (8.46, lambda w: q.largest(w, 4).values),
    "w4 tensor omse": (15.95, lambda w: q.omse(w, 4, per="tensor").values),
    "w4 kernel max": (15.82, lambda w: q.largest(w, 4, per="kernel").values),
    "w4 kernel omse": (17.48, lambda w: q.omse(w, 4).values),
    "w4 kernel dual": (30.37, lambda w: _both(w, 4)),
    "w3 kernel omse": (12.26, lambda w: q.omse(w, 3).values),
    "w3 kernel dual": (20.90, lambda w: _both(w, 3)),
    "w2 kernel omse": (7.30, lambda w: q.omse(w, 2).values),
    "w2 kernel dual": (12.42, lambda w: _both(w, 2)),
    "pot4": (13.73, lambda w: q.power_of_two(w, 4).values),
    "ternary": (6.11, lambda w: q.ternary(w).values),
    "sign": (3.69, lambda w: q.sign(w).values),
}


@pytest.mark.parametrize("name", ANCHORS)
def test_a_trained_squeezenet_keeps_the_known_signal(trained: Weights, name: str) -> None:
    want, quantise = ANCHORS[name]
    inner = [k for layer, (k, _) in trained.arrays.items() if layer.startswith("fire")]
    assert len(inner) == 24
    made = [quantise(kernel) for kernel in inner]
    flat = [np.concatenate([np.ravel(one) for one in side]) for side in (inner, made)]
    assert q.sqnr_db(flat[0], flat[1]) == pytest.approx(want, abs=0.15)
