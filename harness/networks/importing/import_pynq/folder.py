"""The weights and thresholds of a CNV folder, as BNN-PYNQ's hardware reads them; means nothing.

Layer l has one file of weights and one of thresholds for each of its processing elements p: words
of 64 bits, little-endian, [fold of outputs][fold of inputs]. The low bits of a word are weights of
neighbouring inputs, 1 = +1; output `fold * elements + p`, input `fold * width + bit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import NetworkError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One layer of the hardware: `width` inputs at a time, `elements` outputs at a time."""

    inputs: int
    outputs: int
    width: int
    elements: int


STAGES = (
    Stage(inputs=27, outputs=64, width=3, elements=16),
    Stage(inputs=576, outputs=64, width=32, elements=32),
    Stage(inputs=576, outputs=128, width=32, elements=16),
    Stage(inputs=1152, outputs=128, width=32, elements=16),
    Stage(inputs=1152, outputs=256, width=32, elements=4),
    Stage(inputs=2304, outputs=256, width=32, elements=1),
    Stage(inputs=256, outputs=512, width=4, elements=1),
    Stage(inputs=512, outputs=512, width=8, elements=1),
    Stage(inputs=512, outputs=64, width=1, elements=4),
)
_DO = "point at the folder cnvW1A1 of one data set, such as params/cifar10/cnvW1A1"


def weights(folder: Path, layer: int) -> NDArray[np.int8]:
    """Return -1 and +1 [outputs, inputs] of a layer; raises NetworkError."""
    import numpy as np

    stage = STAGES[layer]
    rows, columns = stage.outputs // stage.elements, stage.inputs // stage.width
    made = np.empty((rows, stage.elements, stage.inputs), np.int8)
    for p in range(stage.elements):
        words = _words(folder / f"{layer}-{p}-weights.bin", "<u8", rows * columns)
        if (words >> np.uint64(stage.width)).any():
            raise NetworkError(
                f"has bits above its {stage.width} weights a word",
                where=str(folder / f"{layer}-{p}-weights.bin"),
                do=_DO,
            )
        bits = (words[:, None] >> np.arange(stage.width, dtype=np.uint64)) & np.uint64(1)
        made[:, p] = 2 * bits.astype(np.int8).reshape(rows, stage.inputs) - 1
    return made.reshape(stage.outputs, stage.inputs)


def thresholds(folder: Path, layer: int) -> NDArray[np.int64]:
    """Return the threshold of each output of a layer; raises NetworkError."""
    import numpy as np

    stage = STAGES[layer]
    rows = stage.outputs // stage.elements
    paths = [folder / f"{layer}-{p}-thres.bin" for p in range(stage.elements)]
    made = np.stack([_words(path, "<i8", rows) for path in paths], axis=1)
    return made.astype(np.int64).reshape(stage.outputs)


def labels(folder: Path) -> tuple[str, ...]:
    """Return the names of the classes, in order; raises NetworkError."""
    path = folder / "classes.txt"
    path = path if path.is_file() else folder.parent / "classes.txt"
    names = _read(path, 100_000).decode("utf-8", "replace").split("\n")
    found = tuple("".join(c if c.isprintable() else "?" for c in n).strip()[:64] for n in names)
    found = tuple(name for name in found if name)
    if not 1 <= len(found) <= STAGES[-1].outputs:
        raise NetworkError(f"holds {len(found)} names, wants 1..64", where=str(path), do=_DO)
    return found


def _words(path: Path, kind: str, count: int) -> NDArray[np.uint64]:
    import numpy as np

    data = _read(path, count * 8)
    if len(data) != count * 8:
        raise NetworkError(
            f"does not have the {count * 8} bytes of its place in CNV-W1A1", where=str(path), do=_DO
        )
    words: NDArray[np.uint64] = np.frombuffer(data, kind)
    return words


def _read(path: Path, limit: int) -> bytes:
    """At most one byte more than `limit`."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise NetworkError(f"cannot be read: {error.strerror}", where=str(path), do=_DO) from None
