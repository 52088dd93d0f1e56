"""Element by element: batch norm, arithmetic with constants, clips, sums and concatenations."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.importing.import_onnx import layers
from harness.networks.importing.import_onnx.values import Act, Const
from harness.networks.models.model import Add, Concat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step

    Floats = NDArray[np.float32]


def batch_norm(step: Step) -> Act:
    """Take BatchNormalization as inference means it."""
    import numpy as np

    act = step.act()
    channels = step.shape_of(act)[2]
    if step.attr_int("training_mode", 0):
        raise step.refuse("it is in training mode", "export the network in eval mode")
    if len(act.dims) < 2 or act.atoms[1] != ("c" if channels > 1 else ""):
        raise step.refuse(f"its channels are not the second axis of {act.dims}")
    gamma, beta, mean, variance = (step.floats(i).astype(np.float64) for i in range(1, 5))
    if any(held.shape != (channels,) for held in (gamma, beta, mean, variance)):
        raise step.refuse(f"its numbers are not {channels} each")
    spread = variance + step.attr_float("epsilon", 1e-5)
    if not (spread > 0).all():
        raise step.refuse("a variance plus epsilon is not positive")
    scale = gamma / np.sqrt(spread)
    bias = beta - mean * scale
    made = layers.affine(step, act, scale.astype(np.float32), bias.astype(np.float32))
    return replace(act, value=made)


def add(step: Step) -> Act:
    """Take the sum of two maps, or of a map and a constant."""
    one, other = step.value(0), step.value(1)
    if isinstance(one, Act) and isinstance(other, Act):
        return _sum(step, step.act(0), step.act(1))
    return _affine(step, step.act(0 if isinstance(one, Act) else 1), _other(step), plus=1.0)


def total(step: Step) -> Act:
    """Take Sum of two."""
    if len(step.inputs) != 2:
        raise step.refuse(f"it sums {len(step.inputs)} inputs; two are known")
    return add(step)


def subtract(step: Step) -> Act:
    """Take a map less a constant, or a constant less a map."""
    if isinstance(step.value(0), Const):
        return _affine(step, step.act(1), step.floats(0), plus=1.0, times=-1.0)
    _with_constant(step, 1)
    return _affine(step, step.act(0), step.floats(1), plus=-1.0)


def multiply(step: Step) -> Act:
    """Take a map times a constant."""
    act = step.act(0 if isinstance(step.value(0), Act) else 1)
    if isinstance(step.value(0), Act):
        _with_constant(step, 1)
    return _times(step, act, _other(step))


def divide(step: Step) -> Act:
    """Take a map over a constant."""
    import numpy as np

    act = step.act(0)
    _with_constant(step, 1)
    by = step.floats(1)
    if not by.all():
        raise step.refuse("it divides by zero")
    return _times(step, act, (1.0 / by.astype(np.float64)).astype(np.float32))


def relu(step: Step) -> Act:
    """Take Relu."""
    act = step.act()
    return replace(act, value=layers.clip(step, act, 0.0, math.inf))


def clip(step: Step) -> Act:
    """Take Clip; its limits were attributes before opset 11."""
    act = step.act()
    low = step.scalar(1) if step.has(1) else step.attr_float("min", -math.inf)
    high = step.scalar(2) if step.has(2) else step.attr_float("max", math.inf)
    return replace(act, value=layers.clip(step, act, _limit(low), _limit(high)))


def least(step: Step) -> Act:
    """Take Min with a constant."""
    act, limit = _bounded(step)
    return replace(act, value=layers.clip(step, act, -math.inf, limit))


def most(step: Step) -> Act:
    """Take Max with a constant."""
    act, limit = _bounded(step)
    return replace(act, value=layers.clip(step, act, limit, math.inf))


def concat(step: Step) -> Act:
    """Take Concat of maps on the channel axis."""
    acts = [step.act(i, codes=True) for i in range(len(step.inputs))]
    if not acts:
        raise step.refuse("it has no inputs")
    first = acts[0]
    if any(act.codes != first.codes for act in acts):
        raise step.refuse("it joins integers of different scales", "dequantise before it")
    axis = step.axis(step.attr_int("axis", 1), len(first.dims))
    for act in acts:
        channels = step.shape_of(act)[2]
        rest = [held for place, held in enumerate(act.atoms) if place != axis]
        wanted = [held for place, held in enumerate(first.atoms) if place != axis]
        ours = act.atoms[axis] == ("c" if channels > 1 else "") and act.dims[axis] == channels
        if len(act.dims) != len(first.dims) or rest != wanted or not ours:
            raise step.refuse(f"it joins {act.dims} on axis {axis}; only channels can be joined")
    name, output = step.new()
    values = tuple(act.value for act in acts)
    made = step.add(Concat(name=name, inputs=values, output=output))
    channels = step.net.draft.shapes[made][2]
    dims, atoms = list(first.dims), list(first.atoms)
    dims[axis], atoms[axis] = channels, "c" if channels > 1 else ""
    return Act(value=made, dims=tuple(dims), atoms=tuple(atoms), codes=first.codes)


def _other(step: Step) -> Floats:
    return step.floats(1 if isinstance(step.value(0), Act) else 0)


def _with_constant(step: Step, index: int) -> None:
    if isinstance(step.value(index), Act):
        raise step.refuse("both sides are computed; one must be a constant")


def _bounded(step: Step) -> tuple[Act, float]:
    if len(step.inputs) != 2:
        raise step.refuse(f"it has {len(step.inputs)} inputs; two are known")
    first = isinstance(step.value(0), Act)
    act = step.act(0 if first else 1)
    if first:
        _with_constant(step, 1)
    return act, step.scalar(1 if first else 0)


def _limit(value: float) -> float:
    """Exporters write the largest float where they mean no limit."""
    return math.copysign(math.inf, value) if abs(value) > 3.4e38 else value


def _times(step: Step, act: Act, factor: Floats) -> Act:
    import numpy as np

    scale = layers.per_channel(step, act, factor)
    made = layers.affine(step, act, scale, np.zeros_like(scale))
    return replace(act, value=made)


def _affine(step: Step, act: Act, added: Floats, *, plus: float, times: float = 1.0) -> Act:
    import numpy as np

    bias = layers.per_channel(step, act, added) * np.float32(plus)
    made = layers.affine(step, act, np.full_like(bias, times), bias)
    return replace(act, value=made)


def _sum(step: Step, one: Act, other: Act) -> Act:
    same = one.dims == other.dims and one.atoms == other.atoms
    if not same or step.shape_of(one) != step.shape_of(other):
        raise step.refuse(f"it adds maps of different shapes, {one.dims} and {other.dims}")
    name, output = step.new()
    made = step.add(Add(name=name, inputs=(one.value, other.value), output=output))
    return replace(one, value=made)
