"""Finds the nodes of a model that one layer of a plan carries out together; makes no layer.

A group is a product or a pool (or nothing: an AFFINE layer) with what the finish of a layer takes
in its order: affines, one addition, clips, then one quantiser, and signs beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from harness.networks.models.fold import same_codes
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Quant,
    Sign,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Codes: TypeAlias = "Mapping[str, Quant | Sign | None]"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Nodes of one layer. `value` is the real number at the end of the finish.

    `value` itself is wanted where it has readers beyond `quant` and `signs`. `unit`: what is stored
    of `value` is a float that counts these (an addend of a quantised sum has the sum's step).
    """

    name: str
    position: int  # of its last node: everything it reads was made before
    head: Conv | Dense | MaxPool | AvgPool | None
    tail: tuple[Affine | Add | Clip, ...]
    source: str
    shortcut: str | None
    value: str
    quant: Quant | None = None
    signs: tuple[Sign, ...] = ()
    unit: float = 1.0


def readers(model: Model) -> dict[str, list[Node]]:
    """Return who reads each value, in order, twice who reads it twice."""
    found: dict[str, list[Node]] = {name: [] for name in model.shapes}
    for node in model.nodes:
        for name in node.inputs:
            found[name].append(node)
    return found


def codes(model: Model) -> dict[str, Quant | Sign | None]:
    """Return how each value can be written in integers: by which quantiser or sign, or not."""
    found: dict[str, Quant | Sign | None] = {model.input: None}
    for node in model.nodes:
        made: Quant | Sign | None = None
        if isinstance(node, Quant | Sign):
            made = node
        elif isinstance(node, MaxPool | Concat):
            parts = [found[name] for name in node.inputs]
            made = parts[0] if all(_alike(parts[0], part) for part in parts) else None
        found[node.output] = made
    return found


def groups(model: Model) -> tuple[Group, ...]:
    """Return the groups of all nodes but the concatenations, in an order that can be executed."""
    read = readers(model)
    at = {node.output: number for number, node in enumerate(model.nodes)}
    taken: set[str] = set()
    found: list[Group] = []
    for node in model.nodes:
        if node.output not in taken and not isinstance(node, Concat):
            group = _grow(node, model, read, at)
            taken.update(_outputs(group), (node.output,))
            found.append(group)
    return tuple(sorted(_with_quantisers(found, model, read, at), key=lambda g: g.position))


def _outputs(group: Group) -> set[str]:
    quants = () if group.quant is None else (group.quant,)
    return {node.output for node in (*group.tail, *group.signs, *quants)}


def _alike(one: Quant | Sign | None, other: Quant | Sign | None) -> bool:
    if isinstance(one, Quant) and isinstance(other, Quant):
        return same_codes(one, other)
    return isinstance(one, Sign) and isinstance(other, Sign) and one.scale == other.scale


def _grow(node: Node, model: Model, read: dict[str, list[Node]], at: dict[str, int]) -> Group:
    """Take nodes behind `node` as long as each has the value for itself and the order allows."""
    source = node.inputs[0]
    plain = Group(
        name=node.name,
        position=at[node.output],
        head=None,
        tail=(),
        source=source,
        shortcut=None,
        value=source,
    )
    if isinstance(node, Quant):
        return replace(plain, quant=node)
    if isinstance(node, Sign):
        return replace(plain, signs=(node,))
    if isinstance(node, Affine | Add | Clip):
        group = _with(plain, node, at)
    elif isinstance(node, Conv | Dense | MaxPool | AvgPool):
        group = replace(plain, head=node, value=node.output)
    else:
        raise TypeError(f"no layer is made of a {type(node).__name__}")
    while not isinstance(group.head, MaxPool):
        behind = read[group.value]
        if len(behind) != 1 or group.value == model.output:
            break
        following = behind[0]
        if not isinstance(following, Affine | Add | Clip):
            break
        if not _takes(group, following, read, at, model):
            break
        group = _with(group, following, at)
    signs = tuple(node for node in read[group.value] if isinstance(node, Sign))
    return replace(group, signs=signs)


def _with(group: Group, node: Affine | Add | Clip, at: dict[str, int]) -> Group:
    shortcut = group.shortcut
    if isinstance(node, Add):
        shortcut = node.inputs[1] if node.inputs[0] == group.value else node.inputs[0]
    return replace(
        group,
        tail=(*group.tail, node),
        shortcut=shortcut,
        value=node.output,
        position=at[node.output],
    )


def _takes(
    group: Group,
    node: Affine | Add | Clip,
    read: dict[str, list[Node]],
    at: dict[str, int],
    model: Model,
) -> bool:
    if isinstance(node, Clip):
        return True
    if group.shortcut is not None or any(isinstance(n, Clip) for n in group.tail):
        return False
    if isinstance(node, Affine):
        return True
    other = node.inputs[1] if node.inputs[0] == group.value else node.inputs[0]
    # of two that could, the later one adds
    maker = model.nodes[at[other]] if other in at else None
    could = isinstance(maker, Conv | Dense | AvgPool | Affine) and len(read[other]) == 1
    return not could or at[group.value] > at[other]


def _with_quantisers(
    found: list[Group], model: Model, read: dict[str, list[Node]], at: dict[str, int]
) -> list[Group]:
    """Let each group quantise what it makes, where that is all that becomes of it."""
    coded = codes(model)
    made_by = {
        group.value: number for number, group in enumerate(found) if group.tail or group.head
    }
    alone: set[str] = set()
    for number, group in enumerate(found):
        others = [node for node in read[group.value] if not isinstance(node, Sign)]
        quant = others[0] if len(others) == 1 else None
        if not isinstance(quant, Quant) or group.value == model.output or group.quant is not None:
            continue
        if isinstance(group.head, MaxPool) or not (group.tail or group.head):
            continue
        # the bits of a layer say where what it stores is negative: of integers that is no sign
        if group.signs:
            continue
        addend = group.shortcut
        if addend is not None and coded[addend] is None:
            maker = made_by.get(addend)
            if maker is None or not _counts_in_steps(found[maker], read, coded):
                continue
            found[maker] = replace(found[maker], unit=quant.scale)
        alone.add(quant.output)
        found[number] = replace(group, quant=quant, position=at[quant.output])
    return [g for g in found if g.head or g.tail or g.quant is None or g.quant.output not in alone]


def _counts_in_steps(addend: Group, read: dict[str, list[Node]], coded: Codes) -> bool:
    """Say whether a float addend can be written in any unit: one reader, no float of its own."""
    whole = addend.shortcut is None or coded[addend.shortcut] is not None
    return whole and len(read[addend.value]) == 1 and not isinstance(addend.head, MaxPool)
