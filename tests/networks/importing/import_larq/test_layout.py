"""Any other layout is refused with the layer, what it holds and what was wanted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.errors import NetworkError
from harness.networks.importing.import_larq.birealnet import LAYERS, build
from harness.networks.importing.import_larq.file import Layer
from harness.networks.models.model import Model

Layers = tuple[Layer, ...]


def made(layers: Layers) -> Model:
    return build(layers, side=32, name="x", where="x.h5")


def zeros(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)


def changed(layers: Layers, at: int, *weights: NDArray[np.float32]) -> Layers:
    return (*layers[:at], replace(layers[at], weights=weights), *layers[at + 1 :])


def test_the_file_without_classifier_is_named(layers: Layers) -> None:
    with pytest.raises(NetworkError, match=r"classifier is missing.*\n.*not _notop"):
        made(layers[:-1])


@pytest.mark.parametrize("count", [0, 1, 39])
def test_another_number_of_layers(layers: Layers, count: int) -> None:
    words = f"{count} layers with weights, wants {LAYERS}.*\n.*larq-compute-engine"
    with pytest.raises(NetworkError, match=words):
        made(layers[:count])


def test_the_layer_of_another_shape_is_named(layers: Layers) -> None:
    words = r"layer 'quant_conv2d_1' holds \[5, 5, 2, 2\], wants \[3, 3, 2, 2\]"
    with pytest.raises(NetworkError, match=words):
        made(changed(layers, 4, zeros(5, 5, 2, 2)))


def test_a_stem_of_another_size_is_named(layers: Layers) -> None:
    with pytest.raises(NetworkError, match=r"'conv2d' holds .*, wants \[7, 7, 3, any\]"):
        made(changed(layers, 0, zeros(3, 3, 3, 64)))


def test_weights_that_are_too_many_or_too_few(layers: Layers) -> None:
    with pytest.raises(
        NetworkError, match=r"'batch_normalization' holds \[2\], wants \[2\], \[2\]"
    ):
        made(changed(layers, 1, zeros(2)))
    with pytest.raises(NetworkError, match=r"'dense' holds \[16, 10\], \[9\]"):
        made(changed(layers, LAYERS - 1, zeros(16, 10), zeros(9)))


def test_a_negative_variance_is_damage(layers: Layers) -> None:
    arrays = layers[1].weights
    with pytest.raises(NetworkError, match="'batch_normalization': a variance is negative"):
        made(changed(layers, 1, *arrays[:3], arrays[3] - 100))


def test_the_two_norms_of_a_widening_block_are_told_apart(layers: Layers) -> None:
    """They have one shape, so only their order says which is which; outputs prove the order."""
    names = [layer.name for layer in layers[10:14]]
    assert names == ["quant_conv2d_4", "conv2d_1", "batch_normalization_6", "batch_normalization_5"]
    nodes = {node.name: node for node in made(layers).nodes}
    assert nodes["block5.norm"].inputs == ("block5.conv",)
    assert nodes["block5.short.norm"].inputs == ("block5.short",)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, LAYERS - 2), step=st.integers(1, LAYERS - 1))
def test_layers_that_have_changed_places_are_seen_where_shapes_differ(
    layers: Layers, at: int, step: int
) -> None:
    other = min(at + step, LAYERS - 1)
    mixed = list(layers)
    mixed[at], mixed[other] = mixed[other], mixed[at]
    shapes = [[w.shape for w in layer.weights] for layer in (layers[at], layers[other])]
    if shapes[0] == shapes[1]:
        assert made(tuple(mixed)).shapes == made(layers).shapes
    else:
        with pytest.raises(NetworkError, match="is no Bi-Real net"):
            made(tuple(mixed))
