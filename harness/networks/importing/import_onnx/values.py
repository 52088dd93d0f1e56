"""What an ONNX value is while its graph is read: a constant, or a map of the model seen in a shape.

ONNX moves numbers about by shapes ([1, c, h, w], [1, c * h * w], ...), the model has maps [h, w, c]
only. So a map is seen through `Act`: for each ONNX axis, which axes of the map it runs over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Codes:
    """The integers behind a constant: value = codes * step; `step` has the shape of `codes`."""

    codes: NDArray[np.int32]
    step: NDArray[np.float32]
    bits: int
    bipolar: bool = False
    ternary: bool = False


@dataclass(frozen=True, kw_only=True)
class Const:
    """A value that does not depend on the network's input."""

    values: NDArray[Any]
    codes: Codes | None = None

    def moved(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Const:
        """Return the constant after a change of shape only."""
        held = self.codes
        if held is not None:
            held = replace(held, codes=change(held.codes), step=change(held.step))
        return Const(values=change(self.values), codes=held)


@dataclass(frozen=True, kw_only=True)
class Padding:
    """What a Pad node has put around a map; the next window takes it in."""

    pads: tuple[int, int, int, int]  # top, left, bottom, right
    value: float
    edge: bool  # repeat the outermost pixels
    by: str  # the Pad node in words


@dataclass(frozen=True, kw_only=True)
class Act:
    """The map `value` of the model, seen as an ONNX tensor of the shape `dims` (batch 1).

    `atoms` says for each axis which of the letters h, w, c it runs over, slowest first; letters of
    size 1 are left out, for they can stand anywhere.
    """

    value: str
    dims: tuple[int, ...]
    atoms: tuple[str, ...]
    codes: tuple[float, int, str] | None = (
        None  # scale, zero, type: between Quantize and Dequantize
    )
    pad: Padding | None = None
    end: str = ""  # the node that must be the last, in words


Value = Const | Act


def sizes(shape: tuple[int, int, int]) -> Mapping[str, int]:
    """Return the size of each letter of a map."""
    return dict(zip("hwc", shape, strict=True))


def seen_as(
    shape: tuple[int, int, int], layout: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return dims and atoms of a map in a layout such as ("n", "c", "h", "w") or ("n", "chw")."""
    size = sizes(shape)
    atoms = tuple("".join(a for a in axis if size.get(a, 1) > 1) for axis in layout)
    return tuple(math.prod(size[a] for a in axis) for axis in atoms), atoms


def regroup(
    atoms: tuple[str, ...], size: Mapping[str, int], dims: tuple[int, ...]
) -> tuple[str, ...] | None:
    """Return the atoms after a reshape to `dims`; None when an axis of the map would be cut."""
    left = "".join(atoms)
    made = []
    for wanted in dims:
        group, product = "", 1
        while product < wanted and left:
            group, left = group + left[0], left[1:]
            product *= size[group[-1]]
        if product != wanted:
            return None
        made.append(group)
    return None if left else tuple(made)


def layout_words(act: Act) -> str:
    """Return the layout in words for the notes: "n c h w", "n chw"."""
    return " ".join(group or ("1" if axis else "n") for axis, group in enumerate(act.atoms))
