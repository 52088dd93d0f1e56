"""Quantities and foreign words as people read them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.units import duration_ns, harmless, percent, rate, si, size_bytes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.62e-3, "7.62 mX"),
        (0, "0 X"),
        (1, "1.00 X"),
        (999.6, "1.00 kX"),
        (0.9996, "1.00 X"),
        (1.2e12, "1.20 TX"),
        (-3.5e6, "-3.50 MX"),
        (12.34e-9, "12.3 nX"),
    ],
)
def test_si(value: float, text: str) -> None:
    assert si(value, "X") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (duration_ns(7.62e6), "7.62 ms"),
        (duration_ns(1.4e9), "1.40 s"),
        (percent(0.934), "93.4%"),
        (percent(0.5, 0), "50%"),
        (rate(131), "131/s"),
        (rate(12400), "12.4k/s"),
        (rate(0.163), "0.163/s"),
        (size_bytes(187 * 1024), "187 KiB"),
        (size_bytes(5), "5 B"),
        (size_bytes(8 << 30), "8.00 GiB"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    assert text == expected


@given(st.floats(1e-9, 9e14))
def test_three_digits_are_kept(value: float) -> None:
    number, unit = si(value, "X").split(" ")
    factors = {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9}
    assert float(number) * factors.get(unit[:-1], 1.0) == pytest.approx(value, rel=6e-3)


@given(st.text())
def test_harmless_words_are_one_line_that_steers_nothing(text: str) -> None:
    kept = harmless(text)
    found = {unicodedata.category(c) for c in kept}
    assert not found & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    kept.encode()  # no lone surrogate either
    assert harmless(kept) == kept


def test_harmless_words_keep_letters_of_any_script() -> None:
    assert harmless("Größe 板 ±1\N{MULTIPLICATION SIGN}") == "Größe 板 ±1\N{MULTIPLICATION SIGN}"
    assert harmless("a\x1b[31mb\x00\u202ec\nd\x9b2J\r") == "a[31mbc d2J"
