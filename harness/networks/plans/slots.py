"""Plans the arena of a network: which tensors may lie in the same memory. Changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import NetworkError
from harness.networks.plans.graph import Op
from harness.networks.plans.rules import MAX_SLOTS, may_replace

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
    out both together, some rows at a time (kernels/nets/band.c). A map takes the place of the
    shortcut that is added to it where that is no longer wanted: one map less to keep in a cache.
    Large ones choose first (greedy by size: Pisarchyk & Lee, "Efficient Memory Management for Deep
    Neural Net Inference", 2020), and take the smallest slot that is free all their life.
    """
    lives = _lives(layers)
    mates = _mates(tensors, layers, lives)
    slots: list[list[int]] = []
    chosen: dict[int, int] = {}
    arena = [number for number in lives if number not in outside]
    for number in sorted(arena, key=lambda n: (-tensors[n].bytes, n)):
        free = [
            at
            for at, held in enumerate(slots)
            if all(
                _apart(lives[number], lives[other]) or _are(mates, number, other) for other in held
            )
        ]
        beside = [at for at in free if any(_are(mates, number, other) for other in slots[at])]
        # slots were opened from large to small
        at = (beside or free or [len(slots)])[-1]
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


def _mates(
    tensors: Sequence[Tensor], layers: Sequence[Layer], lives: dict[int, _Life]
) -> set[tuple[int, int]]:
    """Shortcuts that nobody wants any more, each with the map that may lie in its place."""
    given, found = tuple(tensors), set()
    for at, layer in enumerate(layers):
        old, new = layer.shortcut, layer.out
        if old is None or new is None or not may_replace(given, layer):
            continue
        if lives[old].last == at == lives[new].first:
            found.add((old, new))
    return found


def _are(mates: set[tuple[int, int]], one: int, other: int) -> bool:
    return (one, other) in mates or (other, one) in mates


def _apart(one: _Life, other: _Life) -> bool:
    return one.last < other.first or other.last < one.first
