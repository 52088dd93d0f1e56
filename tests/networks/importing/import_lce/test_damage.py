"""Damaged and hostile files end in NetworkError, or in a Model that is sound; in nothing else."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.importing.import_lce.load import read
from harness.networks.models.shapes import infer

DATA = Path(__file__).with_name("data")
NAMES = ("packed", "real", "bireal", "signs_out", "int8")


@cache
def content(name: str) -> bytes:
    return (DATA / f"recorded_{name}.tflite").read_bytes()


def sound_or_refused(data: bytes) -> None:
    try:
        made = read(data, where="x", name="x")
    except NetworkError:
        return
    assert infer(made.nodes, made.input, made.shapes[made.input]) == dict(made.shapes)


# where the tables lie: constants fill the middle, and any of their values is a value
_PLACES = st.one_of(st.integers(0, 400), st.integers(-4000, -1), st.integers(0, 20000))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(_PLACES, st.integers(0, 255)), min_size=1, max_size=6),
)
def test_changed_bytes(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(content(name))
    for place, value in changes:
        data[place % len(data)] = value
    sound_or_refused(bytes(data))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(NAMES),
    _PLACES,
    st.sampled_from([0, 1, -1, 2**31 - 1, -(2**31), 0x7FC00000, 65536, 12]),
)
def test_changed_words(name: str, place: int, value: int) -> None:
    data = bytearray(content(name))
    at = (place % (len(data) - 4)) & ~3
    data[at : at + 4] = struct.pack("<i", value)
    sound_or_refused(bytes(data))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 20000))
def test_cut_files(name: str, size: int) -> None:
    sound_or_refused(content(name)[: size % len(content(name))])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_only_call_themselves_tflite(data: bytes) -> None:
    with pytest.raises(NetworkError):
        read(struct.pack("<I", 16) + b"TFL3" + data, where="x", name="x")


def test_what_is_no_tflite_says_so() -> None:
    with pytest.raises(NetworkError, match="is no TFLite file"):
        read(b"\x89HDF\r\n\x1a\n", where="x", name="x")


def test_a_number_that_is_none_is_refused() -> None:
    """Bits of a NaN in the last constant of reals."""
    data = content("bireal")
    nan = struct.pack("<f", float("nan"))
    places = range(len(data) // 4 // 2, len(data) // 4, 97)
    hits = 0
    for place in places:
        changed = data[: place * 4] + nan + data[place * 4 + 4 :]
        try:
            read(changed, where="x", name="x")
        except NetworkError as error:
            hits += "NaN" in str(error)
    assert hits > 0
