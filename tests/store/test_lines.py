"""Strict JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store.lines import objects, parse_object, split


@given(st.binary(max_size=200))
def test_split_loses_nothing(data: bytes) -> None:
    lines, torn = split(data)
    assert b"".join(line.raw + b"\n" for line in lines) + torn == data
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert (lines[-1].end if lines else 0) == len(data) - len(torn)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": -Infinity}',
        '{"a": 1, "a": 2}',
        "[]",
        "1",
        "",
        "{",
        "\x00",
        '{"a":' * 30000,
        '{"a": ' + "9" * 5000 + "}",
        '{"a": ' + "9" * 400 + "}",
        '{"a": 123456789012345678901}',
        '\ufeff{"a": 1}',
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match=r"f\.jsonl:3") as caught:
        parse_object(text.encode(), "f.jsonl:3")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_only_what_we_write_is_read(encoding: str) -> None:
    with pytest.raises(StoreError, match="not a record"):
        parse_object('{"a": 1}'.encode(encoding), "here")


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 0])
def test_numbers_of_64_bits_are_kept(number: int) -> None:
    assert parse_object(b'{"a": %d}' % number, "here") == {"a": number}


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        parse_object(data, "here")
    except StoreError:
        return
    assert isinstance(json.loads(data.decode()), dict)


def test_the_line_number_is_named() -> None:
    lines, _ = split(b'{"a":1}\noops\n')
    with pytest.raises(StoreError, match="x:2"):
        list(objects(lines, Path("x")))
