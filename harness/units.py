"""Quantities and foreign words as people read them; pure text, no knowledge of what is measured."""

from __future__ import annotations

import unicodedata

_SI = (
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "u"),
    (1e-9, "n"),
)


def si(value: float, unit: str, digits: int = 3) -> str:
    """Return `value` with an SI prefix and `digits` significant digits, e.g. `7.62 ms`."""
    if value == 0:
        return f"0 {unit}"
    magnitude = abs(value)
    for factor, prefix in _SI:
        # 0.9995 keeps 999.6 u from becoming "1e+03 u" after rounding to three digits
        if magnitude >= factor * 0.9995:
            return f"{_significant(value / factor, digits)} {prefix}{unit}"
    return f"{value / 1e-9:.3g} n{unit}"


def _significant(value: float, digits: int) -> str:
    whole = len(str(int(abs(value))))
    return f"{value:.{max(0, digits - whole)}f}"


def duration_ns(value: float) -> str:
    """Return nanoseconds as `12.3 us`, `7.62 ms`, `1.40 s`."""
    return si(value / 1e9, "s")


def percent(share: float, digits: int = 1) -> str:
    """Return a share (1.0 = all) as `93.4%`."""
    return f"{share * 100:.{digits}f}%"


def rate(per_s: float) -> str:
    """Return a rate as `131/s`, `12.4k/s`, `0.163/s`."""
    if abs(per_s) < 1:
        return f"{per_s:.3g}/s"
    return f"{si(per_s, '').strip().replace(' ', '')}/s"


def size_bytes(value: int) -> str:
    """Return bytes as `187 KiB`."""
    for limit, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if value >= limit:
            return f"{_significant(value / limit, 3)} {unit}"
    return f"{value} B"


def harmless(text: str) -> str:
    """Return foreign words as one line without anything that a terminal or a page would act upon.

    Every kind of space, tabs and newlines become one blank each; control characters, marks that
    turn the direction of writing, surrogates and what has no name in Unicode are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(char) for char in text)


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\t" or category.startswith("Z"):
        return " "
    return "" if category.startswith("C") else char
