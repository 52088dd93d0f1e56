"""Lines of a program and their stamps."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeterError
from harness.power.meters.lines import Line, Stamper, parse
from harness.power.meters.meter import Sample


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("7.25", Line(None, 7.25)),
        (" -1e-3\r", Line(None, -0.001)),
        ("1657568326.775 4.5", Line(1657568326_775000000, 4.5)),
        ("0\t.5", Line(0, 0.5)),
    ],
)
def test_lines(text: str, line: Line) -> None:
    assert parse(text, where="w") == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7.25 W",
        "watts 7",
        "1 2 3",
        "nan",
        "1,5",
        "inf",
        "0x10",
        "7;8",
        "1_0",
        "٣",
        "1e99",
        "9" * 300,
    ],
)
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(MeterError):
        parse(text, where="w")


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_an_error(text: str) -> None:
    with contextlib.suppress(MeterError):
        assert abs(parse(text, where="w").watts) < 1e9


def test_lines_without_a_time() -> None:
    stamper = Stamper(where="w")
    assert stamper.take([Line(None, 3.0)], 100) == [Sample(100, 100, 3.0)]
    # a block of them was taken at some time since the last one
    assert stamper.take([Line(None, 3.0), Line(None, 5.0)], 900) == [Sample(100, 900, 4.0)]


@given(
    difference=st.integers(-(10**12), 10**12),
    late=st.lists(st.integers(0, 10**9), min_size=1, max_size=80),
)
def test_lateness_is_taken_off(difference: int, late: list[int]) -> None:
    # every line is taken each 10 ms of the program's clock; the first arrives at once
    stamper = Stamper(where="w")
    for index, delay in enumerate([0, *late]):
        own_ns = index * 10_000_000
        found = stamper.take([Line(own_ns, 1.0)], own_ns + difference + delay)
        assert found == [Sample(own_ns + difference, own_ns + difference, 1.0)]


def test_a_time_that_falls_costs_that_line_only() -> None:
    found = Stamper(where="w").take([Line(5, 1.0), Line(4, 2.0), Line(6, 3.0)], 10)
    assert [type(one) for one in found] == [Sample, MeterError, Sample]
