from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.lowering.count import count, scheme_bits
from harness.networks.lowering.lower import lower
from harness.networks.quantising.annotate import annotate
from harness.networks.sources.weights import shapes
from harness.networks.zoo.resnet18 import resnet18
from harness.networks.zoo.squeezenet_model import squeezenet1_1

if TYPE_CHECKING:
    from harness.networks.models.model import Model


@pytest.fixture(scope="module")
def squeezenet() -> Model:
    """Counts depend on no value; one weight is not zero, so that there is a step."""
    arrays = {}
    for name, shape in shapes().items():
        kernel = np.zeros(shape, np.float32)
        kernel[:, 0, 0, 0] = 1
        arrays[name] = (kernel, np.ones(shape[0], np.float32))
    return squeezenet1_1(arrays)


def ace_of(model: Model) -> float:
    return round(count(lower(model).network).ace / 1e9, 2)


def test_squeezenet_costs_what_the_table_says(squeezenet: Model) -> None:
    image = [np.ones((224, 224, 3), np.float32)]
    counts = count(lower(squeezenet).network)
    assert counts.macs == {"fp32": 349_151_936}
    assert counts.parameters == 1_235_496
    assert (ace_of(squeezenet), ace_of(annotate(squeezenet, "w8a8", image))) == (357.53, 22.35)
    assert ace_of(annotate(squeezenet, "fp16", image)) == 89.38
    half = annotate(squeezenet, "w4a8", image)
    inner = count(lower(half).network).macs
    assert inner["w8a8"] == 107_818_688
    # the table has 4 bits for activations too
    table = inner["w8a8"] * 64 + inner["w4a8"] * 16
    assert round(table / 1e9, 2) == 10.76
    twice = count(lower(annotate(squeezenet, "w4a8", image, dual=True)).network)
    assert twice.macs["w4a8"] == 2 * inner["w4a8"]


def test_resnet_18_costs_what_the_table_says() -> None:
    made = count(lower(resnet18()).network)
    assert round(made.macs["fp32"] * 8 * 8 / 1e9, 1) == 116.1
    # torchvision's, less one of two numbers per channel of a batch norm
    assert made.parameters == 11_689_512 - 4_800


def test_weights_count_by_their_bits_and_activations_by_their_slots(squeezenet: Model) -> None:
    image = [np.ones((224, 224, 3), np.float32)]
    fp32, int8 = (
        count(lower(m).network) for m in (squeezenet, annotate(squeezenet, "w8a8", image))
    )
    assert fp32.weight_bytes == 4 * int8.weight_bytes == 4 * (1_235_496 - 3_944)
    # the stem's map and its pool are there at once, and four bytes are four times one
    assert fp32.activation_bytes >= 4 * 64 * (111 * 111 + 55 * 55)
    assert int8.activation_bytes < fp32.activation_bytes / 3


@pytest.mark.parametrize(
    ("scheme", "bits"),
    [("w1a1", (1, 1)), ("terna1", (2, 1)), ("w4a8", (4, 8)), ("fp16", (16, 16))],
)
def test_bits_are_in_the_name_of_a_scheme(scheme: str, bits: tuple[int, int]) -> None:
    assert scheme_bits(scheme) == bits


def test_an_unknown_scheme_has_no_bits() -> None:
    with pytest.raises(ValueError, match="int4"):
        scheme_bits("int4")
