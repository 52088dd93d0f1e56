from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.transport.pump import LineBuffer


@given(st.lists(st.binary(max_size=30), max_size=10), st.integers(1, 20))
def test_no_byte_is_lost_and_no_line_outgrows_the_cap(pieces: list[bytes], cap: int) -> None:
    buffer = LineBuffer(cap)
    lines = [line for piece in pieces for line in buffer.feed(piece)] + list(buffer.end())
    assert b"".join(lines) == b"".join(pieces)
    assert all(b"\n" not in line[:-1] for line in lines)
    assert all(len(line) <= cap + 30 for line in lines)


@given(st.lists(st.binary(max_size=30), max_size=10))
def test_lines_are_cut_at_newlines_only(pieces: list[bytes]) -> None:
    buffer = LineBuffer()
    lines = [line for piece in pieces for line in buffer.feed(piece)] + list(buffer.end())
    whole = b"".join(pieces)
    expected = [line + b"\n" for line in whole.split(b"\n")]
    expected[-1] = expected[-1][:-1]
    assert lines == [line for line in expected if line]
