"""Keras' weights of a .h5 file in the order of their layers, as .npz; the only door to h5py.

A program of its own, run by `file`: the library below h5py is written in C and was not made for
files of strangers; on damaged ones it may spend minutes, or die. HDF5 can also point at other
files, and a few bytes can say they are many: links, virtual and external data are refused, and
sizes are added up before anything is read.
"""

from __future__ import annotations

import io
import json
import math
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Layers = list[tuple[str, list[NDArray[np.float32]]]]

MAX_LAYERS = 1024
MAX_VALUES = 1 << 25
REFUSED = 3  # exit code
_DAMAGE = (
    *(OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError),
    MemoryError,
)


def main(path: str) -> int:
    """Write the weights to stdout, or why there are none to stderr."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            layers = _Reader(h5py).layers(file)
    except _OtherFormError as error:
        words = str(error)
    except _DAMAGE as error:
        words = f"{type(error).__name__}: {error}"
    else:
        sys.stdout.buffer.write(packed(layers))
        return 0
    sys.stderr.write("".join(c if c.isprintable() else "?" for c in words)[:200])
    return REFUSED


def packed(layers: Layers) -> bytes:
    """The layers as .npz: `names` is JSON, the others are named by layer and place."""
    import numpy as np

    named = {f"{i}.{j}": a for i, layer in enumerate(layers) for j, a in enumerate(layer[1])}
    table = json.dumps([(name, len(arrays)) for name, arrays in layers]).encode()
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, names=np.frombuffer(table, np.uint8), **named)
    return buffer.getvalue()


class _OtherFormError(Exception):
    """What our own checks find; never leaves this file."""


def _demand(holds: bool, words: str) -> None:  # noqa: FBT001 - reads like assert
    if not holds:
        raise _OtherFormError(words)


class _Reader:
    def __init__(self, h5py: Any) -> None:  # noqa: ANN401
        self._h5py = h5py
        self._left = MAX_VALUES

    def layers(self, file: Any) -> Layers:  # noqa: ANN401
        root = file
        if "layer_names" not in root.attrs:
            # a whole model rather than its weights
            root = self._inside(file, "model_weights", self._h5py.Group)
        found: Layers = []
        for name in self._names(root, "layer_names"):
            group = self._inside(root, name, self._h5py.Group)
            weights = self._names(group, "weight_names")
            if weights:
                found.append((name, [self._array(group, weight) for weight in weights]))
        return found

    def _inside(self, group: Any, name: str, kind: Any) -> Any:  # noqa: ANN401
        """What lies at a path of names, each of them a plain link."""
        for part in name.split("/"):
            link = group.get(part, getlink=True)
            _demand(
                isinstance(link, self._h5py.HardLink), f"{name!r} is missing, or lies elsewhere"
            )
            group = group[part]
        _demand(isinstance(group, kind), f"{name!r} is something else")
        return group

    def _names(self, group: Any, attribute: str) -> list[str]:  # noqa: ANN401
        _demand(attribute in group.attrs, f"{attribute} is missing")
        shape = group.attrs.get_id(attribute).shape
        _demand(len(shape) == 1 and shape[0] <= MAX_LAYERS, f"{attribute} has the shape {shape}")
        # texts of either kind: older versions of h5py and Keras write bytes
        raw = list(group.attrs[attribute])
        return [n.decode("utf-8", "replace") if isinstance(n, bytes) else str(n) for n in raw]

    def _array(self, group: Any, name: str) -> NDArray[np.float32]:  # noqa: ANN401
        import numpy as np

        data = self._inside(group, name, self._h5py.Dataset)
        shape = data.shape or (0,)
        plain = data.dtype == np.dtype("<f4") and 0 < len(shape) <= 4 and min(shape) > 0
        _demand(plain, f"{name!r} holds {data.dtype} {data.shape}, wants float32")
        _demand(data.external is None and not data.is_virtual, f"{name!r} lies in another file")
        self._left -= math.prod(data.shape)
        _demand(self._left >= 0, f"more than {MAX_VALUES} weights")
        values: NDArray[np.float32] = np.ascontiguousarray(data[()])
        _demand(bool(np.isfinite(values).all()), f"{name!r} holds what is no number")
        return values


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
