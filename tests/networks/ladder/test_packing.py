"""Bit planes: every level survives, every other code is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.ladder import layout, packing

LEVELS = {
    "w8a8": range(-128, 128),
    "w4a4": range(-15, 16, 2),
    "w3a3": range(-7, 8, 2),
    "w2a2": range(-3, 4, 2),
    "terna1": range(-1, 2),
    "w1a1": range(-1, 2, 2),
}


@given(st.sampled_from(sorted(LEVELS)), st.data())
def test_every_weight_comes_back(name: str, data: st.DataObject) -> None:
    scheme = layout.SCHEMES[name]
    drawn = data.draw(st.lists(st.sampled_from(LEVELS[name]), min_size=1, max_size=40))
    weights = np.array(drawn, np.int8).reshape(1, -1)
    planes = packing.pack(weights, scheme)
    assert planes.nbytes == scheme.weight_bits * -(-weights.size // 8)
    assert (packing.unpack(planes, weights.shape, scheme) == weights).all()


def test_the_layout_of_planes_is_the_documented_one() -> None:
    planes = packing.pack(
        np.array([-3, -1, 1, 3, -3, -3, -3, -3, 3], np.int8), layout.SCHEMES["w2a2"]
    )
    assert planes.tolist() == [[0b1010, 1], [0b1100, 1]]


def test_a_fourth_ternary_code_is_refused() -> None:
    planes = np.array([[1], [1]], np.uint8)
    with pytest.raises(NetworkError, match="code is 3"):
        packing.unpack(planes, (1, 8), layout.SCHEMES["terna1"])


@pytest.mark.parametrize("shape", [(2, 2), (1, 2), (2, 1, 1)])
def test_planes_of_another_size_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(NetworkError, match="do not hold"):
        packing.unpack(np.zeros(shape, np.uint8), (3, 3), layout.SCHEMES["w4a4"])
