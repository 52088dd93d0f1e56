"""A line through points with noise in both directions."""

from __future__ import annotations

import numpy as np
import pytest

from harness.power.straight import NotStraightError, Point, Straight, fit


def noisy_points(rng: np.random.Generator, u_x: float, u_y: float) -> list[Point]:
    return [
        Point(
            x=x + u_x * float(rng.normal()),
            u_x=u_x,
            y=2.0 + 1.5 * x + u_y * float(rng.normal()),
            u_y=u_y,
        )
        for x in (1.0, 2.0, 4.0, 8.0)
    ]


def test_points_on_a_line() -> None:
    found = fit([Point(x=x, u_x=0.1, y=3 - 2 * x, u_y=0.2) for x in (0.0, 1.0, 5.0)])
    assert [found.a, found.b] == pytest.approx([3.0, -2.0])
    assert found.chi_square == pytest.approx(0.0, abs=1e-12)
    assert found.degrees == 1


def test_noise_in_x_does_not_flatten_the_slope() -> None:
    rng = np.random.default_rng(1)
    fits = [fit(noisy_points(rng, 0.3, 0.05)) for _ in range(600)]
    slopes = [f.b for f in fits]
    assert np.mean(slopes) == pytest.approx(1.5, abs=0.01)
    assert np.std(slopes) == pytest.approx(np.mean([f.var_b**0.5 for f in fits]), rel=0.1)


def test_the_covariance_is_what_trials_scatter_by() -> None:
    rng = np.random.default_rng(2)
    fits = [fit(noisy_points(rng, 0.05, 0.1)) for _ in range(800)]
    seen = np.cov([f.a for f in fits], [f.b for f in fits])
    stated = [np.mean([getattr(f, name) for f in fits]) for name in ("var_a", "cov_ab", "var_b")]
    assert stated == pytest.approx([seen[0, 0], seen[0, 1], seen[1, 1]], rel=0.15)
    assert np.mean([f.chi_square for f in fits]) == pytest.approx(2.0, rel=0.12)


def test_a_known_example() -> None:
    """Pearson's data with York's weights, the field's own test of such a fit."""
    x = (0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4)
    y = (5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5)
    w_x = (1000.0, 1000.0, 500.0, 800.0, 200.0, 80.0, 60.0, 20.0, 1.8, 1.0)
    w_y = (1.0, 1.8, 4.0, 8.0, 20.0, 20.0, 70.0, 70.0, 100.0, 500.0)
    found = fit(
        [
            Point(x=a, u_x=wa**-0.5, y=b, u_y=wb**-0.5)
            for a, b, wa, wb in zip(x, y, w_x, w_y, strict=True)
        ]
    )
    assert found.a == pytest.approx(5.47991022, abs=1e-6)
    assert found.b == pytest.approx(-0.480533407, abs=1e-7)
    assert found.chi_square == pytest.approx(11.8663531, abs=1e-4)
    assert found.var_a**0.5 == pytest.approx(0.294971, abs=1e-3)
    assert found.var_b**0.5 == pytest.approx(0.057985, abs=3e-4)


def test_spread_makes_chi_square_right() -> None:
    bent = [Point(x=x, u_x=1e-3, y=x * x, u_y=1e-3) for x in (0.0, 1.0, 2.0, 3.0)]
    found = fit(bent)
    spread = found.spread(bent)
    left = sum((p.y - found.a - found.b * p.x) ** 2 for p in bent)
    assert left / spread**2 == pytest.approx(found.degrees, rel=0.01)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(1.0, 0.1, 1.0, 0.1)], "two points apart"),
        ([(1.0, 0.1, 1.0, 0.1), (1.0, 0.1, 2.0, 0.1)], "two points apart"),
        ([(1.0, 0.0, 1.0, 0.1), (2.0, 0.1, 2.0, 0.1)], "no weight"),
        ([(1.0, 0.1, 1.0, 0.0), (2.0, 0.1, 2.0, 0.1)], "no weight"),
    ],
)
def test_what_is_no_line(points: list[tuple[float, float, float, float]], words: str) -> None:
    with pytest.raises(NotStraightError, match=words):
        fit([Point(x=x, u_x=u, y=y, u_y=v) for x, u, y, v in points])


def test_two_points_have_no_degrees() -> None:
    found = fit([Point(x=x, u_x=0.1, y=x, u_y=0.1) for x in (1.0, 2.0)])
    assert isinstance(found, Straight)
    assert found.degrees == 0
