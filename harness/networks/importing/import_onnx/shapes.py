"""Operators that move nothing but the view: Reshape, Flatten, Squeeze, Transpose and their like."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.importing.import_onnx.values import Act, Const, regroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.networks.importing.import_onnx.step import Step
    from harness.networks.importing.import_onnx.values import Value

MAX_AXES = 8


def reshape(step: Step) -> Value:
    """Take Reshape to a constant shape."""
    target = list(step.integers(1)) if step.has(1) else list(step.attr_ints("shape", ()))
    dims = _dims(step)
    if not step.attr_int("allowzero", 0):
        for place, wanted in enumerate(target):
            if wanted == 0 and place < len(dims):
                target[place] = dims[place]
    known = math.prod(d for d in target if d != -1)
    if target.count(-1) == 1 and known > 0 and math.prod(dims) % known == 0:
        target[target.index(-1)] = math.prod(dims) // known
    if any(d < 0 for d in target) or math.prod(target) != math.prod(dims):
        raise step.refuse(f"it cannot make {target} of {dims}")
    return _reshaped(step, tuple(target))


def flatten(step: Step) -> Value:
    """Take Flatten."""
    dims = _dims(step)
    axis = step.attr_int("axis", 1)
    cut = axis + len(dims) if axis < 0 else axis
    if not 0 <= cut <= len(dims):
        raise step.refuse(f"it has no axis {axis}")
    return _reshaped(step, (math.prod(dims[:cut]), math.prod(dims[cut:])))


def squeeze(step: Step) -> Value:
    """Take Squeeze; its axes were an attribute before opset 13."""
    dims = _dims(step)
    given = step.integers(1) if step.has(1) else step.attr_ints("axes", ())
    gone = {step.axis(a, len(dims)) for a in given}
    if not given:
        gone = {place for place, d in enumerate(dims) if d == 1}
    if any(dims[place] != 1 for place in gone):
        raise step.refuse(f"it removes axes of {dims} that are not 1")
    return _reshaped(step, tuple(d for place, d in enumerate(dims) if place not in gone))


def unsqueeze(step: Step) -> Value:
    """Take Unsqueeze; its axes were an attribute before opset 13."""
    dims = _dims(step)
    given = step.integers(1) if step.has(1) else step.attr_ints("axes", ())
    rank = len(dims) + len(given)
    new = {step.axis(a, rank) for a in given}
    if len(new) != len(given):
        raise step.refuse(f"its axes {given} repeat")
    left = iter(dims)
    return _reshaped(step, tuple(1 if place in new else next(left) for place in range(rank)))


def transpose(step: Step) -> Value:
    """Take Transpose: the view turns, the map stays."""
    dims = _dims(step)
    order = step.attr_ints("perm", tuple(reversed(range(len(dims)))))
    if sorted(order) != list(range(len(dims))):
        raise step.refuse(f"its perm {order} does not fit {dims}")
    return _viewed(
        step,
        lambda act: replace(
            act,
            dims=tuple(act.dims[a] for a in order),
            atoms=tuple(act.atoms[a] for a in order),
        ),
        lambda const: const.moved(lambda a: a.transpose(order)),
    )


def same(step: Step) -> Value:
    """Take an operator that changes nothing in inference."""
    if step.op == "Dropout" and step.has(2) and bool(step.array(2).any()):
        raise step.refuse("it is in training mode", "export the network in eval mode")
    return _viewed(step, lambda act: act, lambda const: const)


def cast(step: Step) -> Value:
    """Take Cast of a map to what it is already; constants are cast in `fold`."""
    to = step.attr_int("to", 1)
    if to != 1:
        raise step.refuse("it casts a map to another type than float", "export it in float32")
    return step.act()


def ending(step: Step) -> Act:
    """Take Softmax where it is the last: the order of its inputs is that of its outputs."""
    act = step.act()
    step.net.notes.append(f"{step.words} at the end is left out: outputs are logits")
    return replace(act, end=step.words)


def _dims(step: Step) -> tuple[int, ...]:
    found = step.value(0)
    return tuple(found.values.shape) if isinstance(found, Const) else found.dims


def _viewed(
    step: Step, on_map: Callable[[Act], Act], on_constant: Callable[[Const], Const]
) -> Value:
    found = step.value(0)
    if isinstance(found, Const):
        step.net.spend(found.values.size * (1 if found.codes is None else 3))
        return on_constant(found)
    if step.op in {"Identity", "Dropout"}:
        return on_map(found)
    return on_map(step.act(codes=True))


def _reshaped(step: Step, dims: tuple[int, ...]) -> Value:
    if len(dims) > MAX_AXES:
        raise step.refuse(f"it makes {len(dims)} axes, more than {MAX_AXES}")

    def on_map(act: Act) -> Act:
        atoms = regroup(act.atoms, step.sizes(act), dims)
        if atoms is None:
            raise step.refuse(
                f"it cuts {act.dims} into {dims}: height, width or channels would be split"
            )
        return replace(act, dims=dims, atoms=atoms)

    return _viewed(step, on_map, lambda const: const.moved(lambda a: a.reshape(dims)))
