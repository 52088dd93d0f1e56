"""idx files: what is written is read, and anything else is an error that says what it is."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from harness.errors import NetworkError
from harness.networks.sources import idx

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHAPES = array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)
_ARRAYS = arrays(np.uint8, _SHAPES)


def written(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@given(_ARRAYS, st.booleans())
def test_what_is_written_is_read(array: NDArray[np.uint8], zipped: bool) -> None:  # noqa: FBT001
    data = written(array)
    found = idx.parse_idx(gzip.compress(data) if zipped else data)
    assert found.shape == array.shape
    assert (found == array).all()


@given(_ARRAYS, st.data())
def test_a_cut_or_longer_file_is_refused(array: NDArray[np.uint8], data: st.DataObject) -> None:
    whole = written(array)
    with pytest.raises(NetworkError):
        idx.parse_idx(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(NetworkError, match="announces"):
        idx.parse_idx(whole + b"x")


@given(st.binary(max_size=40), st.sampled_from([b"", b"\x1f\x8b", b"\0\0\x08\x01", b"\0\0\x08"]))
def test_any_bytes_are_an_array_or_an_error(data: bytes, start: bytes) -> None:
    try:
        found = idx.parse_idx(start + data)
    except NetworkError as error:
        assert str(error)  # noqa: PT017 - both ends are right
    else:
        assert found.size <= len(data)


@given(_ARRAYS, st.data())
def test_a_damaged_gzip_is_refused(array: NDArray[np.uint8], data: st.DataObject) -> None:
    packed = bytearray(gzip.compress(written(array)))
    place = data.draw(st.integers(len(packed) - 8, len(packed) - 1))  # checksum or length
    packed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NetworkError, match="cannot be unpacked"):
        idx.parse_idx(bytes(packed))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04", "two zero bytes"),
        (b"\0\0\x0d\x01\0\0\0\0", "type 0x0d"),
        (b"\0\0\x08\x00", "0 dimensions"),
        (b"\0\0\x08\x05" + bytes(20), "5 dimensions"),
        (b"\0\0\x08\x03\0\0\0\x01", "inside its header"),
        (b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "announces"),
    ],
)
def test_an_error_says_what_is_wrong(data: bytes, why: str) -> None:
    with pytest.raises(NetworkError, match=why):
        idx.parse_idx(data, name="x.idx")


def test_unpacking_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "LIMIT_BYTES", 1000)
    with pytest.raises(NetworkError, match="more than 1000 bytes"):
        idx.parse_idx(gzip.compress(bytes(2000)))
