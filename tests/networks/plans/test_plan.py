from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.plans.known import with_check
from harness.networks.plans.layer_rules import SCHEMES
from harness.networks.plans.plan import ALIGN, HEADER_BYTES, fnv1a, read_plan, write_plan
from tests.networks.random_plans import random_plan


@cache
def plan() -> bytes:
    return write_plan(with_check(random_plan(3)))


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_is_read_back(seed: int) -> None:
    network = random_plan(seed, schemes=tuple(SCHEMES))
    assert read_plan(write_plan(network)) == network


def test_blobs_are_aligned() -> None:
    assert len(plan()) % ALIGN == 0


def test_fnv1a_is_the_published_one() -> None:
    assert fnv1a(b"") == 0xCBF29CE484222325
    assert fnv1a(b"foobar") == 0x85944171F73967E8


@pytest.mark.parametrize("size", [0, 7, HEADER_BYTES - 1, HEADER_BYTES, 500, 4000])
def test_a_cut_plan_is_refused(size: int) -> None:
    with pytest.raises(NetworkError, match="plan"):
        read_plan(plan()[:size])


@pytest.mark.parametrize(("at", "word"), [(0, b"X"), (8, b"\1"), (12, b"\0"), (52, b"\1")])
def test_a_damaged_header_is_refused(at: int, word: bytes) -> None:
    data = bytearray(plan())
    data[at : at + 1] = word
    with pytest.raises(NetworkError, match="plan"):
        read_plan(bytes(data))


def test_bytes_between_the_blobs_are_refused() -> None:
    # ten biases fill 40 of their 64 bytes
    data = bytearray(plan())
    data[-1] = 1
    with pytest.raises(NetworkError, match="do not belong"):
        read_plan(bytes(data))


@settings(max_examples=300, deadline=None)
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 2600),
            st.one_of(st.sampled_from([0, 1, 0xFF, 0x7F, 0x80]), st.integers(0, 255)),
        ),
        min_size=1,
        max_size=6,
    ),
    cut=st.one_of(st.none(), st.integers(0, 3000)),
)
def test_a_changed_plan_is_refused_or_means_what_it_says(
    changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(plan())
    for at, value in changes:
        data[at] = value
    try:
        network = read_plan(bytes(data[:cut]))
    except NetworkError:
        return
    assert write_plan(network) == bytes(data[:cut])
