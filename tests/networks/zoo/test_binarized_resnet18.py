from __future__ import annotations

import pytest

from harness.errors import NetworkError
from harness.networks.plans.plan import fnv1a, read_plan
from harness.networks.zoo import registry


def test_the_plan_carries_a_known_answer_and_the_input_its_own() -> None:
    one = registry.prepare("binarized_resnet18", "w1a1", input_seed=1)
    other = registry.prepare("binarized_resnet18", "w1a1", input_seed=2)
    assert one.plan is not None
    assert one.plan == other.plan
    assert one.expected != other.expected
    assert (one.tolerance_ppm, one.weights, one.check_kind) == (0, "seeded", "controller-exact")
    assert one.macs_by_precision == {"w1a1": 1_676_279_808, "w8a8": 137_793_536}
    assert (one.input_shape, len(one.expected)) == ((1, 224, 224, 3), 4 * 1000)
    names = [(layer.name, layer.op) for layer in one.layers]
    assert len(names) == len(read_plan(one.plan).layers) == len(dict(names))
    assert sum(layer.macs for layer in one.layers) == sum(one.macs_by_precision.values())
    # seed 1 is that of the known answer too
    assert read_plan(one.plan).checks[0].output_fnv == fnv1a(one.expected)


def test_it_runs_one_image_at_a_time() -> None:
    network = registry.find("binarized_resnet18", "w1a1", "plan")
    assert network.batch_fault("plan", 1) == ""
    assert "one image" in network.batch_fault("plan", 2)


@pytest.mark.parametrize("form", ["onnx", "tflite"])
def test_it_has_no_other_form(form: str) -> None:
    with pytest.raises(NetworkError, match="form"):
        registry.find("binarized_resnet18", "w1a1", form)
