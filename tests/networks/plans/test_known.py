from __future__ import annotations

import pytest

from harness.errors import NetworkError
from harness.networks.plans.known import is_exact, with_check
from harness.networks.plans.rules import check_network
from tests.networks.random_plans import random_plan


def test_answers_differ_by_seed() -> None:
    network = with_check(random_plan(3), (1, 2))
    assert [c.seed for c in network.checks] == [1, 2]
    assert len({c.output_fnv for c in network.checks}) == 2
    check_network(network)


def test_sums_of_floats_have_none() -> None:
    network = random_plan(4, schemes=("fp32",))
    assert not is_exact(network)
    with pytest.raises(NetworkError, match="known answer"):
        check_network(with_check(network))
