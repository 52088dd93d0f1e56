"""What one's own network is tried with: its golden input, its labelled images, or seeded noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.models.model import Quant
from harness.networks.own.images import labelled, load_image
from harness.networks.own.layout import NHWC, maps_of, rows
from harness.networks.sources import seeds

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from harness.config.network import Sidecar
    from harness.networks.models.model import Model

    Floats = NDArray[np.float32]

NOISE = 16
_DTYPES = {"float32": "<f4", "uint8": "u1", "int8": "i1"}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Maps [n, h, w, c], and what is known of them: classes, or outputs [n, values] in h, w, c."""

    maps: Floats
    words: str
    labels: tuple[int, ...] = ()
    golden: Floats | None = None

    @property
    def are_known(self) -> bool:
        """Say whether there is something to hold outputs against."""
        return bool(self.labels) or self.golden is not None


def inputs_of(model: Model, sidecar: Sidecar | None, *, where: str, seed: int) -> Inputs:
    """Return the inputs; NetworkError where the sidecar's files are not those of the network."""
    import numpy as np

    if sidecar is None:
        return Inputs(maps=noise(model, NOISE, seed), words="seeded noise")
    _require_shape(model, sidecar, where)
    if sidecar.golden is not None:
        layout = {"NCHW": "n c h w", "NHWC": NHWC, None: "n c"}[sidecar.input.layout]
        given = _array(sidecar.golden.input, sidecar.input.dtype, math.prod(sidecar.input.shape))
        shape = model.shapes[model.output]
        golden = _array(sidecar.golden.output, "float32", math.prod(shape))
        output = model.notes.get("output_layout", NHWC)
        return Inputs(
            maps=maps_of(given, layout, model.shapes[model.input]),
            words="golden input",
            golden=rows(maps_of(golden, output, shape)),
        )
    if sidecar.labels is None:
        raise NetworkError("the sidecar has neither golden outputs nor labels")
    found = labelled(sidecar.labels, model.labels)
    maps = np.stack([load_image(path, sidecar) for path, _ in found])
    count = math.prod(model.shapes[model.output])
    high = max(label for _, label in found)
    if high >= count:
        words = f"class {high} is none of the network's {count}"
        raise NetworkError(words, where=str(sidecar.labels))
    return Inputs(
        maps=maps, words=f"image {found[0][0].name}", labels=tuple(label for _, label in found)
    )


def noise(model: Model, count: int, seed: int) -> Floats:
    """Return seeded maps over what the first quantiser takes, else over -2..2."""
    import numpy as np

    shape = model.shapes[model.input]
    first = next((n for n in model.nodes if model.input in n.inputs), None)
    low, high = -2.0, 2.0
    if isinstance(first, Quant):
        low, high = ((end - first.zero) * first.scale for end in (first.low, first.high))
    size = count * math.prod(shape)
    stream = seeds.byte_stream(seeds.stream_seed(seed, "own input"), size)
    shares = np.frombuffer(stream, np.uint8).astype(np.float32) / np.float32(255)
    made: Floats = (low + shares * np.float32(high - low)).astype(np.float32)
    return made.reshape(count, *shape)


def _require_shape(model: Model, sidecar: Sidecar, where: str) -> None:
    shape = model.shapes[model.input]
    given = sidecar.input.map or (1, 1, sidecar.input.shape[-1])
    if given != shape:
        asked = "{}x{}x{}".format(*shape)
        raise NetworkError(
            f"inputs.shape says {given[0]}x{given[1]}x{given[2]} (height, width, channels), "
            f"the network reads {asked}",
            where=where,
            do="correct `inputs` there",
        )


def _array(path: Path, dtype: str, count: int) -> Floats:
    """Return the numbers of a .npy, .npz or .raw file as float32 [1, count]."""
    import numpy as np

    try:
        found = np.fromfile(path, _DTYPES[dtype]) if path.suffix == ".raw" else _held(path)
        made = found.astype(np.float32).reshape(1, -1)
    except Exception as error:  # noqa: BLE001 - numpy's readers have many ways to fail
        words = f"cannot be read: {error}"[:200]
        raise NetworkError(words, where=str(path), do="see `golden` of the sidecar") from None
    if made.size != count:
        raise NetworkError(f"holds {made.size} numbers, the network has {count}", where=str(path))
    if not np.isfinite(made).all():
        raise NetworkError("holds what is no number", where=str(path))
    return made


def _held(path: Path) -> NDArray[Any]:
    import numpy as np

    held = np.load(path, allow_pickle=False)
    if not isinstance(held, np.lib.npyio.NpzFile):
        return np.asarray(held)
    with held:
        if len(held.files) != 1:
            raise ValueError(f"it holds {len(held.files)} arrays, one is wanted")
        return np.asarray(held[held.files[0]])
