"""Gemm and MatMul: dense layers, with the order of the flattened map folded into the weights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.networks.importing.import_onnx import layers
from harness.networks.importing.import_onnx.values import Act, Const
from harness.networks.models.model import Conv, Dense, Window

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.step import Step


def gemm(step: Step) -> Act:
    """Take alpha * x * B + beta * C with constant B and C."""
    import numpy as np

    act = step.act()
    if len(act.dims) != 2 or step.attr_int("transA", 0):
        raise step.refuse(f"its input has the shape {act.dims}, or is transposed")
    matrix = _matrix(step)
    if step.attr_int("transB", 0):
        matrix = matrix.moved(lambda a: a.T)
    matrix = _scaled(matrix, step.attr_float("alpha", 1.0))
    out = matrix.values.shape[1]
    bias = np.zeros(out, np.float32)
    if step.has(2):
        added = step.floats(2) * np.float32(step.attr_float("beta", 1.0))
        if (
            added.size not in {1, out}
            or added.ndim > 2
            or added.shape[-1:] not in {(), (1,), (out,)}
        ):
            raise step.refuse(f"its bias has the shape {added.shape} for {out} outputs")
        bias = np.broadcast_to(added.reshape(-1), (out,)).copy()
    return _dense(step, act, matrix, bias)


def matmul(step: Step) -> Act:
    """Take x * B with constant B; on a map in n h w c order it is a convolution of one pixel."""
    import numpy as np

    act = step.act()
    if len(act.dims) < 2:
        raise step.refuse(f"its input has the shape {act.dims}")
    matrix = _matrix(step)
    bias = np.zeros(matrix.values.shape[1], np.float32)
    if any(act.atoms[:-1]):
        return _pixelwise(step, act, matrix, bias)
    return _dense(step, act, matrix, bias)


def _matrix(step: Step) -> Const:
    matrix = step.const(1)
    if matrix.values.ndim != 2:
        raise step.refuse(f"its constant has the shape {matrix.values.shape}, not [in, out]")
    return matrix


def _scaled(matrix: Const, alpha: float) -> Const:
    import numpy as np

    if alpha == 1.0:
        return matrix
    held = matrix.codes
    if held is not None:
        held = replace(held, step=held.step * np.float32(alpha))
    return Const(values=matrix.values * np.float32(alpha), codes=held)


def _dense(step: Step, act: Act, matrix: Const, bias: NDArray[np.float32]) -> Act:
    size = step.sizes(act)
    letters = act.atoms[-1]
    if matrix.values.shape[0] != act.dims[-1]:
        raise step.refuse(f"it multiplies {act.dims} by {matrix.values.shape}")
    name, output = step.new()
    made = step.add(
        Dense(
            name=name,
            inputs=(act.value,),
            output=output,
            weights=layers.weights(step, matrix, _to_ohwc(letters, [size[a] for a in letters])),
            bias=bias,
        )
    )
    dims, atoms, value = layers.pixel(made, matrix.values.shape[1], len(act.dims))
    return Act(value=value, dims=dims, atoms=atoms)


def _to_ohwc(letters: str, lengths: list[int]) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Return what turns [in, o] into [o, h, w, c], where `in` runs over `letters`."""

    def change(array: NDArray[Any]) -> NDArray[Any]:
        laid = array.T.reshape(array.shape[1], *lengths)
        laid = laid.transpose(0, *(1 + letters.index(a) for a in "hwc" if a in letters))
        missing = [1 + place for place, a in enumerate("hwc") if a not in letters]
        for axis in missing:
            laid = laid.reshape(*laid.shape[:axis], 1, *laid.shape[axis:])
        return laid

    return change


def _pixelwise(step: Step, act: Act, matrix: Const, bias: NDArray[np.float32]) -> Act:
    channels = step.shape_of(act)[2]
    if act.atoms[-1] != ("c" if channels > 1 else "") or matrix.values.shape[0] != channels:
        raise step.refuse(
            f"it multiplies {act.dims}, of which only the channels may be the last axis, "
            f"by {matrix.values.shape}"
        )
    name, output = step.new()
    made = step.add(
        Conv(
            name=name,
            inputs=(act.value,),
            output=output,
            weights=layers.weights(step, matrix, lambda a: a.T[:, None, None, :]),
            bias=bias,
            window=Window(),
        )
    )
    out = matrix.values.shape[1]
    atoms = (*act.atoms[:-1], "c" if out > 1 else "")
    return Act(value=made, dims=(*act.dims[:-1], out), atoms=atoms)
