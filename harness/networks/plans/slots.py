"""Plans the arena of a network: which tensors may lie in the same memory. Changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import NetworkError
from harness.networks.plans.graph import Op
from harness.networks.plans.rules import MAX_SLOTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.networks.plans.graph import Layer, Tensor


class _Life(NamedTuple):
    """First layer that writes a tensor, last layer that has to do with it."""

    first: int
    last: int


def with_slots(
    tensors: Sequence[Tensor], layers: Sequence[Layer], outside: Sequence[int]
) -> tuple[Tensor, ...]:
    """Return the tensors with their slots; those `outside` (input, output) get none.

    Two share a slot only if no layer has to do with both, as a layer never writes what it reads. A
    pool right behind a CONV counts as having to do with what the CONV reads: the runner may carry
    out both together, some rows at a time (kernels/nets/band.c).
    Large ones choose first (greedy by size: Pisarchyk & Lee, "Efficient Memory Management for Deep
    Neural Net Inference", 2020), and take the smallest slot that is free all their life.
    """
    lives = _lives(layers)
    slots: list[list[int]] = []
    chosen: dict[int, int] = {}
    arena = [number for number in lives if number not in outside]
    for number in sorted(arena, key=lambda n: (-tensors[n].bytes, n)):
        free = [
            at
            for at, held in enumerate(slots)
            if all(_apart(lives[number], lives[other]) for other in held)
        ]
        # slots were opened from large to small
        at = free[-1] if free else len(slots)
        if at == len(slots):
            slots.append([])
        slots[at].append(number)
        chosen[number] = at
    if len(slots) > MAX_SLOTS:
        raise NetworkError(
            f"{len(slots)} maps are needed at once, a plan has room for {MAX_SLOTS}",
            do="cut the network in two, or join maps that are added later",
        )
    return tuple(replace(t, slot=chosen.get(number)) for number, t in enumerate(tensors))


def arena_bytes(tensors: Sequence[Tensor]) -> int:
    """Return the bytes of all slots together: the most that activations ever take."""
    largest: dict[int, int] = {}
    for tensor in tensors:
        if tensor.slot is not None:
            largest[tensor.slot] = max(largest.get(tensor.slot, 0), tensor.bytes)
    return sum(largest.values())


def _lives(layers: Sequence[Layer]) -> dict[int, _Life]:
    lives: dict[int, _Life] = {}
    for at, layer in enumerate(layers):
        used = [layer.source, layer.shortcut, layer.out, layer.bits]
        before = layers[at - 1] if at else layer
        if layer.op is Op.MAXPOOL and before.op is Op.CONV and layer.source == before.out:
            used += [before.source, before.shortcut]
        for number in used:
            if number is not None:
                lives[number] = _Life(lives[number].first if number in lives else at, at)
    return lives


def _apart(one: _Life, other: _Life) -> bool:
    return one.last < other.first or other.last < one.first
