from __future__ import annotations

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.preparing.truth import compare, outputs
from tests.networks.conftest import seeded_input, small


def test_agreement_and_noise() -> None:
    reference = np.array([[1.0, 2.0], [4.0, 3.0]], np.float32)
    made = np.array([[1.0, 2.1], [3.0, 3.1]], np.float32)
    seen = compare(reference, made)
    assert (seen.agreement, seen.n) == (0.5, 2)
    # signal 30, noise 0.01 + 1 + 0.01
    assert seen.sqnr_db == pytest.approx(14.685, abs=0.001)


def test_the_same_values_have_no_noise() -> None:
    same = np.ones((3, 2), np.float32)
    assert compare(same, same).sqnr_db is None


def test_outputs_are_those_of_the_reference() -> None:
    network = small()
    first = network.tensors[0]
    shape = (first.h, first.w, first.c)
    images = np.stack(
        [np.frombuffer(seeded_input(network, s), "<f4").reshape(shape) for s in (1, 2)]
    )
    made = outputs(network, images)
    assert made.shape == (2, 10)
    assert not np.array_equal(made[0], made[1])


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(NetworkError, match="no number"):
        compare(np.ones((1, 2), np.float32), np.full((1, 2), np.nan, np.float32))
