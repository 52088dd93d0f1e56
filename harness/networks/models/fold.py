"""Rewrites a model into fewer nodes that mean the same: constants folded, doubles removed.

Also brings nodes into the order in which a plan can fuse them: clips and 8-bit quantisers in front
of max pools and concatenations, signs and quantisers below 8 bits behind max pools (a maximum does
not care). Quantises nothing, and knows no plan.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.models.model import (
    Affine,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Quant,
    Sign,
    Weights,
)
from harness.networks.models.shapes import infer

if TYPE_CHECKING:
    from collections.abc import Callable

    Rule = Callable[[Node, Node], tuple[Node, ...] | None]


def fold(model: Model) -> Model:
    """Return the model folded; input and output keep their names, values in between may not."""
    nodes = model.nodes
    while True:
        made = _without_dead(_without_doubles(_without_identities(nodes, model), model), model)
        made = _one_joint(_one_pair(made, model))
        if len(made) == len(nodes) and all(a is b for a, b in zip(made, nodes, strict=True)):
            break
        nodes = made
    shapes = infer(nodes, model.input, model.shapes[model.input])
    return replace(model, nodes=nodes, shapes=shapes)


def uses(nodes: tuple[Node, ...], output: str) -> dict[str, int]:
    """Return how often each value is read; the model's output counts once more."""
    count = {output: 1}
    for node in nodes:
        for name in node.inputs:
            count[name] = count.get(name, 0) + 1
    return count


def _one_pair(nodes: tuple[Node, ...], model: Model) -> tuple[Node, ...]:
    """Rewrite the first node that a rule takes together with the node that feeds it."""
    made_by = {node.output: node for node in nodes}
    used = uses(nodes, model.output)
    for at, second in enumerate(nodes):
        first = made_by.get(second.inputs[0])
        if first is None or len(second.inputs) > 1:
            continue
        alone = used[first.output] == 1
        rules = _RULES if alone else _COPY_RULES
        for rule in rules:
            made = rule(first, second)
            if made is not None:
                kept = tuple(n for n in nodes[:at] if not alone or n is not first)
                return (*kept, *made, *nodes[at + 1 :])
    return nodes


def _one_joint(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Rewrite the first concatenation of equal signs into the signs of a concatenation."""
    made_by = {node.output: node for node in nodes}
    for at, node in enumerate(nodes):
        parts = [made_by.get(name) for name in node.inputs]
        signs = [part for part in parts if isinstance(part, Sign)]
        same = len({sign.scale for sign in signs}) == 1 and len(signs) == len(parts)
        if not (isinstance(node, Concat) and same):
            continue
        between = f"{node.output}.signs.in"
        joined = replace(node, inputs=tuple(s.inputs[0] for s in signs), output=between)
        sign = replace(signs[0], inputs=(between,), output=node.output)
        return (*nodes[:at], joined, sign, *nodes[at + 1 :])
    return nodes


def _affine_affine(first: Node, second: Node) -> tuple[Node, ...] | None:
    if not (isinstance(first, Affine) and isinstance(second, Affine)):
        return None
    bias = first.bias * second.scale + second.bias
    made = replace(second, inputs=first.inputs, scale=first.scale * second.scale, bias=bias)
    return (made,)


def _product_affine(first: Node, second: Node) -> tuple[Node, ...] | None:
    """A batch norm behind a product goes into the weights, or the scale of integer ones."""
    if not (isinstance(first, Conv | Dense) and isinstance(second, Affine)):
        return None
    weights = scaled(first.weights, second.scale)
    bias = first.bias * second.scale + second.bias
    return (replace(first, output=second.output, weights=weights, bias=bias),)


def scaled(weights: Weights, by: object) -> Weights:
    """Return the weights times `by` per output channel; integers stay what they are."""
    import numpy as np

    factor = np.asarray(by, np.float32)
    if weights.bits < 16:
        return replace(weights, scale=weights.scale * factor)
    column = factor.reshape(-1, *([1] * (weights.values.ndim - 1)))
    return replace(weights, values=(weights.values * column).astype(np.float32))


def _clip_clip(first: Node, second: Node) -> tuple[Node, ...] | None:
    if not (isinstance(first, Clip) and isinstance(second, Clip)):
        return None
    low, high = (min(max(x, second.low), second.high) for x in (first.low, first.high))
    return (replace(second, inputs=first.inputs, low=low, high=high),)


def _quant_quant(first: Node, second: Node) -> tuple[Node, ...] | None:
    if not (isinstance(first, Quant) and isinstance(second, Quant)):
        return None
    return (replace(first, output=second.output),) if same_codes(first, second) else None


def same_codes(one: Quant, other: Quant) -> bool:
    """Say whether both quantisers make the same integers of the same numbers."""
    return (one.scale, one.zero, one.low, one.high) == (
        other.scale,
        other.zero,
        other.low,
        other.high,
    )


def _pool_up(first: Node, second: Node) -> tuple[Node, ...] | None:
    wanted = isinstance(second, Clip) or (isinstance(second, Quant) and second.bits >= 8)
    return _swapped(first, second) if wanted and isinstance(first, MaxPool) else None


def _pool_down(first: Node, second: Node) -> tuple[Node, ...] | None:
    wanted = isinstance(first, Sign) or (isinstance(first, Quant) and first.bits < 8)
    return _swapped(first, second) if wanted and isinstance(second, MaxPool) else None


def _swapped(first: Node, second: Node) -> tuple[Node, ...]:
    between = f"{second.output}.{second.name}.in"
    return (
        replace(second, inputs=first.inputs, output=between),
        replace(first, inputs=(between,), output=second.output),
    )


def _concat_up(first: Node, second: Node) -> tuple[Node, ...] | None:
    wanted = isinstance(second, Clip) or (isinstance(second, Quant) and second.bits >= 8)
    if not (wanted and isinstance(first, Concat)):
        return None
    parts = tuple(
        replace(second, name=f"{second.name}.{i}", inputs=(name,), output=f"{second.output}.{i}")
        for i, name in enumerate(first.inputs)
    )
    joined = replace(first, inputs=tuple(p.output for p in parts), output=second.output)
    return (*parts, joined)


def _concat_concat(first: Node, second: Node) -> tuple[Node, ...] | None:
    """Of a single part: the part itself, under the later name."""
    if isinstance(second, Concat) and len(second.inputs) == 1:
        return (replace(first, output=second.output),)
    return None


_COPY_RULES: tuple[Rule, ...] = (_pool_down,)
_RULES: tuple[Rule, ...] = (
    _affine_affine,
    _product_affine,
    _clip_clip,
    _quant_quant,
    _pool_up,
    _pool_down,
    _concat_up,
    _concat_concat,
)


def _without_identities(nodes: tuple[Node, ...], model: Model) -> tuple[Node, ...]:
    names: dict[str, str] = {}
    made_by: dict[str, Node] = {}
    kept = []
    for node in nodes:
        new = _renamed(node, names)
        made_by[new.output] = new
        if _changes_nothing(new, made_by.get(new.inputs[0])) and node.output != model.output:
            names[node.output] = new.inputs[0]
        else:
            kept.append(new)
    return tuple(kept)


def _changes_nothing(node: Node, first: Node | None) -> bool:
    if isinstance(node, Quant):
        return isinstance(first, Quant) and same_codes(first, node)
    if isinstance(node, Affine):
        return bool((node.scale == 1).all() and (node.bias == 0).all())
    return isinstance(node, Clip) and (node.low, node.high) == (-math.inf, math.inf)


def _without_doubles(nodes: tuple[Node, ...], model: Model) -> tuple[Node, ...]:
    """Quantisers and signs of one value that make the same of it become one."""
    names: dict[str, str] = {}
    seen: dict[tuple[object, ...], str] = {}
    kept = []
    for node in nodes:
        new = _renamed(node, names)
        key = _key(new)
        if key in seen and node.output != model.output:
            names[node.output] = seen[key]
            continue
        if key is not None:
            seen[key] = node.output
        kept.append(new)
    return tuple(kept)


def _key(node: Node) -> tuple[object, ...] | None:
    if isinstance(node, Quant):
        return (node.inputs, node.scale, node.zero, node.low, node.high)
    return (node.inputs, node.scale) if isinstance(node, Sign) else None


def _renamed(node: Node, names: dict[str, str]) -> Node:
    if not any(name in names for name in node.inputs):
        return node
    return replace(node, inputs=tuple(names.get(name, name) for name in node.inputs))


def _without_dead(nodes: tuple[Node, ...], model: Model) -> tuple[Node, ...]:
    wanted = {model.output}
    kept = []
    for node in reversed(nodes):
        if node.output in wanted:
            wanted.update(node.inputs)
            kept.append(node)
    return tuple(reversed(kept))
