from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NetworkError
from harness.networks.plans.graph import Layer, Op, Tensor, TensorType
from harness.networks.plans.slots import arena_bytes, with_slots


def maps(*sizes: int) -> list[Tensor]:
    return [Tensor(type=TensorType.I8, h=1, w=1, c=size) for size in sizes]


def step(source: int, out: int, shortcut: int | None = None, bits: int | None = None) -> Layer:
    return Layer(op=Op.AFFINE, source=source, out=out, shortcut=shortcut, bits=bits)


def test_a_chain_needs_two_slots_and_no_more_than_its_largest_pair() -> None:
    tensors = maps(1, 100, 50, 80, 10, 1)
    layers = [step(i, i + 1) for i in range(5)]
    made = with_slots(tensors, layers, (0, 5))
    assert [t.slot for t in made] == [None, 0, 1, 0, 1, None]
    assert arena_bytes(made) == 150


def test_a_map_that_is_added_later_is_kept() -> None:
    layers = [step(0, 1), step(1, 2), step(2, 3), step(3, 4, shortcut=1)]
    made = with_slots(maps(1, 10, 10, 10, 1), layers, (0, 4))
    assert len({t.slot for t in made[1:4]}) == 3


def test_floats_take_the_place_of_a_shortcut_that_nobody_wants_any_more() -> None:
    floats = [replace(t, type=TensorType.F32) for t in maps(1, 10, 10, 10, 10, 1)]
    layers = [step(0, 1), step(1, 2), step(2, 3, shortcut=1), step(3, 4, shortcut=2), step(4, 5)]
    made = with_slots(floats, layers, (0, 5))
    assert made[3].slot == made[1].slot
    assert made[4].slot == made[2].slot
    wanted = [*layers[:4], step(4, 5, shortcut=1)]
    later = with_slots(floats, wanted, (0, 5))
    assert later[3].slot != later[1].slot
    of_bytes = with_slots(maps(1, 10, 10, 10, 10, 1), layers, (0, 5))
    assert of_bytes[3].slot != of_bytes[1].slot


def test_more_maps_at_once_than_slots_is_an_error() -> None:
    tensors = maps(*[1] * 80)
    layers = [step(0, i) for i in range(1, 79)] + [
        step(i, 79, shortcut=i + 1) for i in range(1, 78)
    ]
    with pytest.raises(NetworkError, match="at once"):
        with_slots(tensors, layers, (0, 79))


@given(st.data())
def test_no_layer_writes_what_it_or_a_later_one_reads(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 12))
    sizes = data.draw(st.lists(st.integers(1, 300), min_size=2 * count + 1, max_size=2 * count + 1))
    layers = []
    for number in range(count):
        # what was written so far: 0, and two of each layer before
        written = [0, *range(1, 2 * number + 1)]
        reads = [data.draw(st.sampled_from(written)) for _ in range(2)]
        layers.append(step(reads[0], 2 * number + 1, shortcut=reads[1], bits=2 * number + 2))
    made = with_slots(maps(*sizes), layers, (0, 2 * count - 1))
    held: dict[int, int] = {}
    for layer in layers:
        for index in (layer.source, layer.shortcut):
            slot = made[index or 0].slot
            assert slot is None or held[slot] == index
        for index in (layer.out, layer.bits):
            slot = made[index or 0].slot
            if slot is not None:
                assert slot not in {made[layer.source].slot, made[layer.shortcut or 0].slot}
                held[slot] = index or 0
