"""Shapes of kernels: written and read, bounded, and equal to what a convolution is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.shape import MAPS, MAX_ELEMENTS, fits, is_shape, parse

OPS = ("gemm", "gemv", "poolgemm", "conv", "dwconv", *sorted(MAPS))
_side = st.integers(min_value=1, max_value=4000)


@given(_side, _side, _side)
def test_products_are_read_back(m: int, n: int, k: int) -> None:
    shape = parse("gemm", f"{m}x{n}x{k}")
    assert (shape.m, shape.n, shape.k, shape.macs) == (m, n, k, m * n * k)
    assert shape.keys == {"m": m, "n": n, "k": k}


def test_a_vector_has_one_row() -> None:
    assert parse("gemv", "4096x1024").keys == {"m": 1, "n": 4096, "k": 1024}


@pytest.mark.parametrize(
    ("text", "m", "n", "k"),
    [
        ("56x56x64x64k3", 3136, 64, 576),
        ("56x56x64x128k3s2", 784, 128, 576),
        ("56x56x64x128k1s2", 784, 128, 64),
        ("7x7x512x512k3", 49, 512, 4608),
        ("8x6x12x8k3g4", 48, 8, 27),
    ],
)
def test_a_convolution_counts_its_sums(text: str, m: int, n: int, k: int) -> None:
    shape = parse("conv", text)
    assert (shape.m, shape.n, shape.k, shape.macs) == (m, n, k, m * n * k)


def test_depthwise_sums_its_window_only() -> None:
    shape = parse("dwconv", "112x112x64k3s2")
    assert (shape.m, shape.n, shape.k, shape.groups) == (56 * 56, 64, 9, 64)


def test_bitwise_pieces_multiply_nothing() -> None:
    assert {parse(op, "8x3x64" if fits(op, "8x3x64") else "8x64").macs for op in MAPS} == {0}


@pytest.mark.parametrize(
    ("op", "text", "words"),
    [
        ("gemm", "8x8", "write MxNxK"),
        ("gemm", "0x8x8", "write MxNxK"),
        ("gemm", "65536x65536x1", "too large"),
        ("gemv", "1x8x8", "write NxK"),
        ("conv", "8x8x8k3", "write HxWxCxNkR"),
        ("conv", "8x8x6x8k3g4", "4 groups divide"),
        ("conv", "1x1x8x8k4x", "write HxWxCxNkR"),
        ("conv", "9999x9x1x1k3", "side of the map"),
        ("planes", "8x9x64", "at most 8 bits"),
    ],
)
def test_other_shapes_are_refused_in_words(op: str, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(op, text)


@given(st.sampled_from(OPS), st.from_regex(r"[0-9x]{0,12}(k[0-9])?(s[0-9])?(g[0-9])?"))
def test_any_text_is_a_shape_or_refused(op: str, text: str) -> None:
    try:
        shape = parse(op, text)
    except ValueError:
        return
    assert fits(op, text)
    assert is_shape(text)
    assert min(shape.m, shape.n, shape.k) >= 1
    assert max(shape.m * shape.n, shape.n * shape.k, shape.m * shape.k) <= MAX_ELEMENTS
