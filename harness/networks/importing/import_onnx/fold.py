"""Arithmetic on constants: what exporters leave of shapes, and of batch norms written out.

Every result is counted before it is made, so that a small file cannot ask for a large array.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.networks.importing.import_onnx.values import Act, Const

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step

    Array = NDArray[Any]


def fold(step: Step) -> Const:
    """Return the result of a node whose inputs are all constants; `knows` said that it can."""
    import numpy as np

    if step.op in _BROADCAST:
        return _broadcast(step)
    if step.op in _ALONE:
        step.net.spend(step.array(0).size)
        return Const(values=np.asarray(getattr(np, _ALONE[step.op])(step.array(0))))
    return Const(values=np.asarray(_SPECIAL[step.op](step)))


def knows(op: str) -> bool:
    """Say whether `fold` can carry out the operator."""
    return op in _BROADCAST or op in _ALONE or op in _SPECIAL


# operator -> numpy's name
_BROADCAST = {
    "Add": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "Div": "divide",
    "Pow": "power",
    "Min": "minimum",
    "Max": "maximum",
    "Equal": "equal",
    "Less": "less",
    "Greater": "greater",
    "LessOrEqual": "less_equal",
    "GreaterOrEqual": "greater_equal",
    "And": "logical_and",
    "Or": "logical_or",
    "Mod": "remainder",
}
_ALONE = {
    "Sqrt": "sqrt",
    "Neg": "negative",
    "Abs": "abs",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "rint",
    "Exp": "exp",
    "Log": "log",
    "Reciprocal": "reciprocal",
    "Sign": "sign",
    "Not": "logical_not",
}


def _broadcast(step: Step) -> Const:
    import numpy as np

    if len(step.inputs) != 2:
        raise step.refuse(f"it has {len(step.inputs)} constant inputs; two are known")
    one, other = step.const(0), step.const(1)
    shape = np.broadcast_shapes(one.values.shape, other.values.shape)
    step.net.spend(math.prod(shape))
    values = np.asarray(_two(step.op, one.values, other.values))
    if step.op == "Mul":
        for held, factor in ((one.codes, other), (other.codes, one)):
            # weights times a scale of their own stay integers
            if held is not None and factor.codes is None and held.codes.shape == shape:
                scaled = np.broadcast_to(held.step * factor.values.astype(np.float32), shape)
                return Const(values=values, codes=replace(held, step=scaled))
    return Const(values=values)


def _two(op: str, one: Array, other: Array) -> Any:  # noqa: ANN401 - numpy's
    import numpy as np

    if op == "Div" and one.dtype.kind in "iu":
        return np.fix(one / other).astype(one.dtype)
    made = getattr(np, _BROADCAST[op])(one, other)
    return made.astype(one.dtype) if op == "Pow" else made


def shape_of(step: Step) -> Const:
    """Take Shape of anything: with a batch of 1 it is known."""
    import numpy as np

    found = step.value(0)
    dims = found.dims if isinstance(found, Act) else found.values.shape
    start, end = step.attr_int("start", 0), step.attr_int("end", len(dims))
    return Const(values=np.array(dims[start:end], np.int64))


def size_of(step: Step) -> Const:
    """Take Size of anything."""
    import numpy as np

    found = step.value(0)
    dims = found.dims if isinstance(found, Act) else found.values.shape
    return Const(values=np.array(math.prod(dims), np.int64))


def _gather(step: Step) -> Array:
    import numpy as np

    array, places = step.array(0), step.array(1)
    axis = step.axis(step.attr_int("axis", 0), array.ndim)
    if places.size and not -array.shape[axis] <= places.min() <= places.max() < array.shape[axis]:
        raise step.refuse(f"it gathers beyond the {array.shape[axis]} elements of axis {axis}")
    step.net.spend(places.size * (array.size // max(array.shape[axis], 1)))
    return np.take(array, places, axis=axis)


def _concat(step: Step) -> Array:
    import numpy as np

    arrays = [step.array(i) for i in range(len(step.inputs))]
    step.net.spend(sum(array.size for array in arrays))
    axis = step.attr_int("axis", 0)
    return np.concatenate(arrays, axis=step.axis(axis, arrays[0].ndim))


def _slice(step: Step) -> Array:
    array = step.array(0)
    if step.has(1):
        starts, ends = step.integers(1), step.integers(2)
        axes = step.integers(3) if step.has(3) else tuple(range(len(starts)))
        steps = step.integers(4) if step.has(4) else (1,) * len(starts)
    else:  # before opset 10
        starts, ends = step.attr_ints("starts", ()), step.attr_ints("ends", ())
        axes, steps = step.attr_ints("axes", tuple(range(len(starts)))), (1,) * len(starts)
    where = [slice(None)] * array.ndim
    for axis, start, end, stride in zip(axes, starts, ends, steps, strict=True):
        where[step.axis(axis, array.ndim)] = slice(start, end, stride)
    return array[tuple(where)]


def _cast(step: Step) -> Array:
    import numpy as np
    import onnx

    dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(step.attr_int("to", 1)))
    step.net.spend(step.array(0).size)
    return step.array(0).astype(dtype)


def _constant_of_shape(step: Step) -> Array:
    import numpy as np

    shape = step.integers(0)
    value = step.attributes.get("value")
    filling = np.zeros(1, np.float32) if value is None else np.asarray(value).reshape(-1)[:1]
    if min(shape, default=0) < 0:
        raise step.refuse(f"it makes the shape {shape}")
    step.net.spend(math.prod(shape))
    return np.full(shape, filling[0])


def _range(step: Step) -> Array:
    import numpy as np

    start, limit, delta = (step.array(i).reshape(-1)[0] for i in range(3))
    if not delta:
        raise step.refuse("its step is zero")
    step.net.spend(max(int((float(limit) - float(start)) / float(delta)) + 1, 0))
    return np.arange(start, limit, delta)


def _expand(step: Step) -> Array:
    import numpy as np

    shape = np.broadcast_shapes(step.array(0).shape, step.integers(1))
    step.net.spend(math.prod(shape))
    return np.broadcast_to(step.array(0), shape).copy()


def _where(step: Step) -> Array:
    import numpy as np

    arrays = [step.array(i) for i in range(3)]
    step.net.spend(math.prod(np.broadcast_shapes(*(array.shape for array in arrays))))
    return np.where(*arrays)


def _product(step: Step) -> Array:
    import numpy as np

    axes = step.integers(1) if step.has(1) else step.attr_ints("axes", ())
    over = tuple(step.axis(a, step.array(0).ndim) for a in axes) or None
    return np.asarray(
        np.prod(step.array(0), axis=over, keepdims=bool(step.attr_int("keepdims", 1)))
    )


_SPECIAL: dict[str, Callable[[Step], Array]] = {
    "Gather": _gather,
    "Concat": _concat,
    "Slice": _slice,
    "Cast": _cast,
    "ConstantOfShape": _constant_of_shape,
    "Range": _range,
    "Expand": _expand,
    "Where": _where,
    "ReduceProd": _product,
}
