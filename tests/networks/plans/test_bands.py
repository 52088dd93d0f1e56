"""A pool that runs with its convolution: the same numbers, without the map between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.networks.plans.graph import TensorType
from harness.networks.plans.slots import with_slots
from tests.networks.bands import banded, crossed
from tests.networks.plans.test_executor import ALL, HERE, PORTABLE, agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POOLS = ((3, 2, 0), (3, 2, 1), (2, 2, 0), (3, 1, 1), (5, 3, 2), (1, 2, 0))
# the driver's line of a pool whose time is the convolution's
TOGETHER = "\nlayer 2 0.0 us"


@pytest.mark.parametrize("pool", POOLS, ids=str)
@pytest.mark.parametrize("scheme", ["w8a8", "w1a1"])
def test_bands_are_bit_exact(
    driver: Callable[..., Path], tmp_path: Path, scheme: str, pool: tuple[int, int, int]
) -> None:
    network = banded(scheme=scheme, pool=pool)
    for threads in ("1", "3"):
        options = (ALL, "1", threads, "layers")
        assert TOGETHER in agrees([driver(HERE)], tmp_path, network, 3, *options)
        # where the plan lets the pool write over what is still read, it waits for the whole map
        assert TOGETHER not in agrees([driver(HERE)], tmp_path, crossed(network), 3, *options)
    agrees([driver(HERE)], tmp_path, network, 3, PORTABLE)


def test_bands_of_bytes(driver: Callable[..., Path], tmp_path: Path) -> None:
    network = banded(out=TensorType.I8)
    agrees([driver(HERE)], tmp_path, network, 4, ALL, "1", "2")
    agrees([driver(HERE, trap=True)], tmp_path, network, 4)


def test_the_planner_keeps_the_two_apart() -> None:
    network = banded()
    made = with_slots(network.tensors, network.layers, (network.input, network.output))
    conv, pool = network.layers[1], network.layers[2]
    assert made[conv.source].slot not in {made[pool.out or 0].slot, made[pool.bits or 0].slot}
