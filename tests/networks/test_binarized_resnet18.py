from __future__ import annotations

from harness.networks import binarized_resnet18, birealnet, registry
from harness.networks.plan import fnv1a, read_plan


def test_the_table_of_products_is_that_of_the_network() -> None:
    network = birealnet.build(seed=binarized_resnet18.SEED)
    assert binarized_resnet18.macs("w1a1") == birealnet.macs(network)


def test_the_plan_carries_a_known_answer_and_the_input_its_own() -> None:
    one = registry.prepare("binarized_resnet18", "w1a1", input_seed=1)
    other = registry.prepare("binarized_resnet18", "w1a1", input_seed=2)
    assert one.plan is not None
    assert one.plan == other.plan
    assert one.expected != other.expected
    assert (one.tolerance_ppm, one.weights) == (0, "seeded")
    # seed 1 is that of the known answer too
    assert read_plan(one.plan).checks[0].output_fnv == fnv1a(one.expected)
