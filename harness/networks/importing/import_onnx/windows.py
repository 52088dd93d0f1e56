"""Conv, pools and Pad: where a window stands, and what it sees outside of the map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.networks.importing.import_onnx import layers
from harness.networks.importing.import_onnx.values import Act, Padding, seen_as
from harness.networks.models.draft import moved
from harness.networks.models.model import (
    AvgPool,
    Conv,
    MaxPool,
    Window,
)
from harness.networks.models.shapes import overhangs
from harness.networks.plans.graph import Border

if TYPE_CHECKING:
    from harness.networks.importing.import_onnx.step import Step
    from harness.networks.models.shapes import Shape

NCHW = ("n", "c", "h", "w")


def conv(step: Step) -> Act:
    """Take Conv of one group with constant weights."""
    import numpy as np

    act = _map(step)
    kernel = step.const(1)
    if kernel.values.ndim != 4:
        raise step.refuse(f"its weights have {kernel.values.ndim} axes; maps have two dimensions")
    groups = step.attr_int("group", 1)
    if groups != 1:
        raise step.refuse(
            f"it has {groups} groups (depthwise or grouped); only one group is known",
            "replace it by a plain convolution",
        )
    size = kernel.values.shape[2:]
    if step.attr_ints("kernel_shape", size) != size:
        raise step.refuse(f"its kernel_shape is not that of its weights, {size}")
    window, border = _border(step, act, _window(step, act, (size[0], size[1])))
    held = layers.weights(step, kernel, lambda a: a.transpose(0, 2, 3, 1))
    out = kernel.values.shape[0]
    bias = step.floats(2) if step.has(2) else np.zeros(out, np.float32)
    name, output = step.new()
    made = step.add(
        Conv(
            name=name,
            inputs=(act.value,),
            output=output,
            weights=held,
            bias=bias,
            window=window,
            border=border,
        )
    )
    return _seen(step, made)


def max_pool(step: Step) -> Act:
    """Take MaxPool; padding never wins."""
    act = _map(step, codes=True)
    if step.attr_int("storage_order", 0):
        raise step.refuse("its storage_order is not 0")
    window = _pool_window(step, act)
    if act.pad is not None:
        hidden = act.pad.value == -math.inf or (
            act.pad.value == 0 and layers.not_negative(step, act.value)
        )
        if act.pad.edge or not hidden:
            raise step.refuse(
                f"{act.pad.by} puts {act.pad.value} around its map, which could be the largest",
                "pad inside of the pool itself",
            )
        window = _wider(window, act.pad)
    name, output = step.new()
    made = step.add(MaxPool(name=name, inputs=(act.value,), output=output, window=window))
    seen = _seen(step, made)
    return Act(value=seen.value, dims=seen.dims, atoms=seen.atoms, codes=act.codes)


def avg_pool(step: Step) -> Act:
    """Take AveragePool."""
    act = _map(step)
    window = _pool_window(step, act)
    outside = bool(step.attr_int("count_include_pad", 0)) and any(window.pads)
    if act.pad is not None:
        if act.pad.edge or act.pad.value != 0 or (any(window.pads) and not outside):
            raise step.refuse(f"it cannot take in what {act.pad.by} has padded")
        window, outside = _wider(window, act.pad), True
    if outside and window.ceil and _overhangs(step.shape_of(act), window):
        raise step.refuse(
            "it counts its padding, rounds up and overhangs it: no two runtimes agree on the mean",
            "set ceil_mode or count_include_pad to 0",
        )
    return _average(step, act, window, outside=outside)


def global_average(step: Step) -> Act:
    """Take GlobalAveragePool."""
    act = _map(step)
    h, w, _ = step.shape_of(act)
    return _average(step, act, Window(kernel=(h, w), stride=(h, w)))


def reduce_mean(step: Step) -> Act:
    """Take ReduceMean over height and width, wherever they stand."""
    if step.attr_int("noop_with_empty_axes", 0):
        raise step.refuse("its noop_with_empty_axes is set")
    act = step.act()
    given = step.integers(1) if step.has(1) else step.attr_ints("axes", ())
    axes = {step.axis(a, len(act.dims)) for a in given or range(len(act.dims))}
    letters = "".join(act.atoms[a] for a in axes)
    if "c" in letters or any(act.atoms[a] not in {"", "h", "w", "hw", "wh"} for a in axes):
        raise step.refuse("it takes the mean over channels; only height and width can go")
    size = step.sizes(act)
    kernel = (size["h"] if "h" in letters else 1, size["w"] if "w" in letters else 1)
    made = _average(step, act, Window(kernel=kernel, stride=kernel))
    dims = [1 if a in axes else d for a, d in enumerate(act.dims)]
    atoms = ["" if a in axes else held for a, held in enumerate(act.atoms)]
    if not step.attr_int("keepdims", 1):
        dims = [d for a, d in enumerate(dims) if a not in axes]
        atoms = [held for a, held in enumerate(atoms) if a not in axes]
    return Act(value=made.value, dims=tuple(dims), atoms=tuple(atoms))


def pad(step: Step) -> Act:
    """Take Pad of height and width; the window behind it takes it in."""
    act = _map(step)
    if act.pad is not None:
        raise step.refuse(f"{act.pad.by} has padded the map already")
    mode = step.attr_text("mode", "constant")
    if mode not in {"constant", "edge"}:
        raise step.refuse(f"its mode is {mode!r}; known are constant and edge")
    # before opset 11 pads and value were attributes
    amounts = step.integers(1) if step.has(1) else step.attr_ints("pads", ())
    value = step.scalar(2) if step.has(2) else step.attr_float("value", 0.0)
    if step.has(3) or len(amounts) != 8:
        raise step.refuse("its pads are not those of the four axes")
    if any(amounts[i] for i in (0, 1, 4, 5)) or min(amounts) < 0:
        raise step.refuse("it pads batch or channels, or cuts; only height and width can grow")
    if not any(amounts):
        return act
    around = Padding(
        pads=(amounts[2], amounts[3], amounts[6], amounts[7]),
        value=value,
        edge=mode == "edge",
        by=step.words,
    )
    h, w, c = step.shape_of(act)
    top, left, bottom, right = around.pads
    dims = (1, c, h + top + bottom, w + left + right)
    return Act(value=act.value, dims=dims, atoms=act.atoms, pad=around)


def _map(step: Step, *, codes: bool = False) -> Act:
    """Return the first input, seen as [1, c, h, w]."""
    act = step.act(codes=codes, pad=True)
    if len(act.dims) != 4:
        raise step.refuse(f"its input has {len(act.dims)} axes, {act.dims}; four are known")
    if any(held not in {"", letter} for held, letter in zip(act.atoms, NCHW, strict=True)):
        raise step.refuse(
            f"its input is laid out as {' '.join(a or '1' for a in act.atoms)}, not as n c h w",
            "transpose it before",
        )
    return act


def _seen(step: Step, value: str) -> Act:
    dims, atoms = seen_as(step.net.draft.shapes[value], NCHW)
    return Act(value=value, dims=dims, atoms=atoms)


def _pool_window(step: Step, act: Act) -> Window:
    size = step.attr_ints("kernel_shape", ())
    if len(size) != 2:
        raise step.refuse(f"its kernel_shape is {size}; two sizes are known")
    return _window(step, act, (size[0], size[1]))


def _window(step: Step, act: Act, kernel: tuple[int, int]) -> Window:
    strides, dilations = step.attr_ints("strides", (1, 1)), step.attr_ints("dilations", (1, 1))
    if dilations != (1, 1):
        raise step.refuse(f"its window has gaps (dilations {dilations})")
    if len(strides) != 2 or min(strides) < 1 or min(kernel) < 1:
        raise step.refuse(f"its strides are {strides}, its window {kernel}")
    auto = step.attr_text("auto_pad", "NOTSET")
    pads = step.attr_ints("pads", (0, 0, 0, 0))
    if auto in {"SAME_UPPER", "SAME_LOWER"}:
        pads = _same(act.dims[2:], kernel, strides, lower=auto == "SAME_LOWER")
    elif auto == "VALID":
        pads = (0, 0, 0, 0)
    elif auto != "NOTSET":
        raise step.refuse(f"its auto_pad is {auto!r}")
    if len(pads) != 4 or min(pads) < 0:
        raise step.refuse(f"its pads are {pads}")
    return Window(
        kernel=kernel,
        stride=(strides[0], strides[1]),
        pads=(pads[0], pads[1], pads[2], pads[3]),
        ceil=bool(step.attr_int("ceil_mode", 0)) and auto == "NOTSET",
    )


def _same(
    size: tuple[int, ...], kernel: tuple[int, int], strides: tuple[int, ...], *, lower: bool
) -> tuple[int, int, int, int]:
    """Return the pads with which ceil(size / stride) windows fit."""
    begin, end = [], []
    for length, window, stride in zip(size, kernel, strides, strict=True):
        total = max((-(-length // stride) - 1) * stride + window - length, 0)
        begin.append(total - total // 2 if lower else total // 2)
        end.append(total - begin[-1])
    return begin[0], begin[1], end[0], end[1]


def _border(step: Step, act: Act, window: Window) -> tuple[Window, Border]:
    """Return a convolution's window and border, with what a Pad node has put around its map."""
    around = act.pad
    if around is None:
        return window, Border.ZERO
    if not around.edge and around.value == 0:
        return _wider(window, around), Border.ZERO
    if any(window.pads):
        raise step.refuse(f"it pads with zeros what {around.by} has padded with something else")
    if around.edge:
        return _wider(window, around), Border.REPLICATE
    known = {1.0: Border.PLUS_ONE, -1.0: Border.MINUS_ONE}
    if around.value not in known:
        raise step.refuse(f"{around.by} pads with {around.value}; known are 0, 1, -1 and edge")
    return _wider(window, around), known[around.value]


def _wider(window: Window, around: Padding) -> Window:
    top, left, bottom, right = (
        one + other for one, other in zip(window.pads, around.pads, strict=True)
    )
    return Window(
        kernel=window.kernel,
        stride=window.stride,
        pads=(top, left, bottom, right),
        ceil=window.ceil,
    )


def _overhangs(given: Shape, window: Window) -> bool:
    return overhangs(window, given, (*moved(given[:2], window), given[2]))


def _average(step: Step, act: Act, window: Window, *, outside: bool = False) -> Act:
    name, output = step.new()
    made = step.add(
        AvgPool(name=name, inputs=(act.value,), output=output, window=window, count_outside=outside)
    )
    return _seen(step, made)
