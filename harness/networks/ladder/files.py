"""The ladder's trained nets as committed files. Trains and runs nothing.

weights/INDEX.json names every file with its sha256 and what is known of it; a file that differs is
refused. A net's file is an .npz: weights of integer nets as bit planes (`packing`), of fp32 as
float16; scales, biases and steps as float32.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.ladder import layout, packing
from harness.networks.ladder.nets import (
    Conv,
    Dense,
    LadderNet,
    Norm,
    Quantiser,
    block_codes,
    dense_codes,
    pixel_codes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.ladder.nets import Kernel

    Arrays = Mapping[str, NDArray[Any]]

WEIGHTS = Path(__file__).with_name("weights")
INDEX = "INDEX.json"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one committed net; accuracies are of the deployed form."""

    name: str  # <scheme>_<width>, the file is that .npz
    scheme: str
    width: str  # 0.5 | 1 | 2
    sha256: str
    bytes: int
    accuracy: float  # top-1 over all 10,000 test images
    epochs: int
    seed: int
    torch: str
    train_cpu_s: int
    sample_classes: str  # the answer to each sample image, one digit each
    sample_logits_sha256: str  # of the float32 logits; empty for fp32, which is not exact


def entries(folder: Path = WEIGHTS) -> dict[str, Entry]:
    """Return the index of `folder` by name."""
    path = folder / INDEX
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["nets"]
        return {row["name"]: Entry(**row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NetworkError(f"{path} cannot be read: {error}") from None


def write_index(nets: Mapping[str, Entry], folder: Path = WEIGHTS) -> None:
    """Write the index, in the order of schemes, then widths."""
    names = [f"{scheme}_{width}" for width in layout.WIDTHS for scheme in layout.SCHEMES]
    rows = [asdict(nets[name]) for name in names if name in nets]
    text = json.dumps({"format": 1, "test_images": 10_000, "nets": rows}, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")


def load(scheme: str, width: str = "1", folder: Path = WEIGHTS) -> LadderNet:
    """Return the trained net of a scheme and a width; raises NetworkError when it is damaged."""
    name = f"{scheme}_{width}"
    known = entries(folder)
    if name not in known:
        raise NetworkError(f"no trained net {name}; there are {', '.join(known)}")
    return decode(whole(folder / f"{name}.npz", known[name].sha256))


def whole(path: Path, sha256: str) -> bytes:
    """Return a committed file; raises NetworkError where it is absent or not as recorded."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NetworkError(f"{path} cannot be read: {error.strerror}; install again") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise NetworkError(f"{path} is damaged (its sha256 is not the recorded one): install again")
    return data


def encode(net: LadderNet) -> bytes:
    """Return the file of a net."""
    import numpy as np

    steps = [*(block.input.step for block in net.blocks), net.dense.input.step]
    made: dict[str, Any] = {
        "head": np.frombuffer(json.dumps([net.scheme, net.width]).encode(), np.uint8),
        "steps": np.array(steps, np.float32),
        "norm_scale": net.norm.scale,
        "norm_bias": net.norm.bias,
    }
    layers: dict[str, Conv | Dense] = {"stem": net.stem, "dense": net.dense}
    layers.update(zip(layout.BLOCK_NAMES, net.blocks, strict=True))
    for name, layer in layers.items():
        made[f"{name}_weights"] = _on_disk(layer.weights, net.scheme, name)
        made[f"{name}_scale"], made[f"{name}_bias"] = layer.scale, layer.bias
    file = io.BytesIO()
    np.savez_compressed(file, **made)
    return file.getvalue()


def decode(data: bytes) -> LadderNet:
    """Return the net of a file; raises NetworkError when it is none."""
    arrays = _arrays(data)
    try:
        scheme_name, width = json.loads(arrays["head"].tobytes())
        scheme, steps = layout.SCHEMES[scheme_name], _reals(arrays["steps"], 7).tolist()
        stem = _conv(arrays, "stem", (width, 3, 3, 1), 2, pixel_codes(scheme))
        blocks = tuple(
            _conv(
                arrays, name, (out * width, 3, 3, given * width), stride, block_codes(scheme, step)
            )
            for name, (given, out, stride, _), step in zip(
                layout.BLOCK_NAMES, layout.BLOCKS, steps[:-1], strict=True
            )
        )
        return LadderNet(
            scheme=scheme.name,
            width=width,
            stem=stem,
            blocks=blocks,
            norm=Norm(
                scale=_reals(arrays["norm_scale"], 4 * width),
                bias=_reals(arrays["norm_bias"], 4 * width),
            ),
            dense=_dense(arrays, width, dense_codes(scheme, steps[-1])),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise NetworkError(f"this is no net of the ladder: {error}") from None


def _conv(arrays: Arrays, name: str, shape: tuple[int, ...], stride: int, given: Quantiser) -> Conv:
    return Conv(
        input=given,
        border=1 if given.kind == "sign" else 0,
        stride=stride,
        weights=_weights(arrays, name, shape),
        scale=_reals(arrays[f"{name}_scale"], shape[0]),
        bias=_reals(arrays[f"{name}_bias"], shape[0]),
    )


def _dense(arrays: Arrays, width: int, given: Quantiser) -> Dense:
    return Dense(
        input=given,
        weights=_weights(arrays, "dense", (layout.CLASSES, 4 * width)),
        scale=_reals(arrays["dense_scale"], layout.CLASSES),
        bias=_reals(arrays["dense_bias"], layout.CLASSES),
    )


def _kept_as(scheme: layout.Scheme, name: str) -> layout.Scheme:
    """The edges of an integer net have 8 bits whatever the scheme."""
    inner = name in layout.BLOCK_NAMES or scheme.levels == "real"
    return scheme if inner else layout.SCHEMES["w8a8"]


def _on_disk(weights: Kernel, scheme: str, name: str) -> NDArray[Any]:
    import numpy as np

    kept = _kept_as(layout.SCHEMES[scheme], name)
    if kept.levels == "real":
        return weights.astype(np.float16)
    return packing.pack(weights.astype(np.int8), kept)


def _weights(arrays: Arrays, name: str, shape: tuple[int, ...]) -> Kernel:
    import numpy as np

    scheme = layout.SCHEMES[json.loads(arrays["head"].tobytes())[0]]
    kept, found = _kept_as(scheme, name), arrays[f"{name}_weights"]
    if kept.levels == "real":
        return _reals(found.astype(np.float32), prod(shape)).reshape(shape)
    return packing.unpack(found, shape, kept)


def _reals(found: NDArray[Any], count: int) -> NDArray[np.float32]:
    import numpy as np

    if found.dtype != np.float32 or found.size != count or not np.isfinite(found).all():
        raise ValueError(f"{found.size} numbers of {found.dtype}, wanted {count} finite float32")
    return found


def _arrays(data: bytes) -> Arrays:
    import numpy as np

    if not data.startswith(b"PK"):
        raise NetworkError("this is no .npz file")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NetworkError(f"this is no .npz file: {error}") from None
