"""SqueezeNet 1.1's parameters: trained ones from the user's cache or the network, else seeded.

The only place that opens a pickle, and with three names allowed. Arrays are kept as .npz, whose
content is hashed on every read; a damaged file counts as absent.
"""

from __future__ import annotations

import hashlib
import io
import pickle  # noqa: TID251 - only behind the Unpickler below, on a file of pinned sha256
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.sources import fetch, seeds
from harness.networks.sources.cache import cache_root, keep, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Arrays = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]

# sha256 over names, shapes and values of all arrays, see `digest`
TRAINED_SHA256 = "fee927f8d396728aa8a31fdbb23c2a58e21357fd872c9ce6e1bc5b355eb75dd5"
SEED = 1
_FIRE = {2: (64, 16, 64), 3: (128, 16, 64), 4: (128, 32, 128), 5: (256, 32, 128)} | {
    6: (256, 48, 192),
    7: (384, 48, 192),
    8: (384, 64, 256),
    9: (512, 64, 256),
}
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
}
_FILE = "squeezenet1_1.npz"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Kernels (OIHW float32) and biases by layer; `origin` is `trained` or `seeded`."""

    arrays: Arrays
    origin: str
    sha256: str


def shapes() -> dict[str, tuple[int, int, int, int]]:
    """Return the kernel shape (OIHW) of every convolution, in the order of the network."""
    table = {"conv1": (64, 3, 3, 3)}
    for number, (given, squeeze, expand) in _FIRE.items():
        table[f"fire{number}/squeeze1x1"] = (squeeze, given, 1, 1)
        table[f"fire{number}/expand1x1"] = (expand, squeeze, 1, 1)
        table[f"fire{number}/expand3x3"] = (expand, squeeze, 3, 3)
    table["conv10"] = (1000, 512, 1, 1)
    return table


def squeezenet_weights() -> Weights:
    """Return the trained weights when they are cached, else seeded ones."""
    arrays = cached()
    if arrays is not None:
        return Weights(arrays=arrays, origin="trained", sha256=TRAINED_SHA256)
    made = seeded()
    return Weights(arrays=made, origin="seeded", sha256=digest(made))


def cached() -> Arrays | None:
    """Return the trained arrays of the user's cache; a file that does not hold them is removed."""
    path = _place()
    data = read(path)
    arrays = None if data is None else _arrays(data)
    if data is not None and arrays is None:
        # so that the next fetch replaces it; where it cannot go, it goes on counting as absent
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return arrays


def _place() -> Path:
    return cache_root() / "weights" / _FILE


def _arrays(npz: bytes) -> Arrays | None:
    import numpy as np

    try:
        with np.load(io.BytesIO(npz), allow_pickle=False) as file:
            arrays = {name: (file[f"{name}.kernel"], file[f"{name}.bias"]) for name in shapes()}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return arrays if digest(arrays) == TRAINED_SHA256 else None


def is_cached() -> bool:
    """Say whether the cache holds the trained weights; each state of the file is opened once."""
    try:
        seen = _place().stat()
    except OSError:
        return False
    return _holds_them(_place(), seen.st_mtime_ns, seen.st_size)


@cache
def _holds_them(path: Path, mtime_ns: int, size_bytes: int) -> bool:
    del path, mtime_ns, size_bytes  # what an answer is remembered by
    return cached() is not None


def try_fetch() -> str:
    """Fetch the trained weights, once per process and cache folder; return why not, "" = done."""
    return _tried(cache_root())


@cache
def _tried(root: Path) -> str:
    del root  # what an answer is remembered by
    try:
        fetch_trained()
    except NetworkError as error:
        head = f"{error.where}: {error.what}" if error.where else error.what
        return f"{head}; {error.do}" if error.do else head
    return ""


def fetch_trained() -> Arrays:
    """Download, check, convert and cache the trained arrays; raises NetworkError."""
    import numpy as np

    arrays = unpickle(fetch.fetch_pickle())
    seen = digest(arrays)
    if seen != TRAINED_SHA256:
        raise NetworkError(f"the converted weights are not the pinned ones (sha256 {seen})")
    flat = {
        f"{n}.{part}": a for n, pair in arrays.items() for part, a in zip(_PARTS, pair, strict=True)
    }
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **flat)
    keep(_place(), buffer.getvalue())
    return arrays


_PARTS = ("kernel", "bias")


def digest(arrays: Arrays) -> str:
    """Return the sha256 over names, shapes and little-endian values, in the network's order."""
    seen = hashlib.sha256()
    for name in shapes():
        for part, array in zip(_PARTS, arrays[name], strict=True):
            seen.update(f"{name}.{part} {array.shape}\n".encode())
            seen.update(array.astype("<f4").tobytes())
    return seen.hexdigest()


def unpickle(data: bytes) -> Arrays:
    """Return the arrays (HWIO in the file, OIHW here); NetworkError for any other content."""
    try:
        raw = _Restricted(io.BytesIO(data)).load()
        arrays = {name: _pair(raw[name]) for name in shapes()}
    except NetworkError:
        raise
    except Exception as error:  # noqa: BLE001 - a pickle can raise whatever it likes
        raise NetworkError(f"the weights cannot be read: {error}") from None
    for name, (kernel, bias) in arrays.items():
        wanted = shapes()[name]
        if kernel.shape != wanted or bias.shape != wanted[:1]:
            raise NetworkError(f"{name} has the shape {kernel.shape}, wanted {wanted}")
    return arrays


def _pair(raw: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # noqa: ANN401
    import numpy as np

    kernel, bias = raw
    # a transposed view differs in layout, not in value
    turned = np.ascontiguousarray(np.asarray(kernel, np.float32).transpose(3, 2, 0, 1))
    return turned, np.asarray(bias, np.float32)


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - the base class says so
        if (module.replace("numpy._core", "numpy.core"), name) not in _ALLOWED:
            raise NetworkError(f"the weights ask for {module}.{name}: refused")
        # NumPy 2 moved the module; the file was written by NumPy 1
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def seeded() -> Arrays:
    """Return He-scaled nearly normal kernels and zero biases."""
    import numpy as np

    arrays = {}
    for name, shape in shapes().items():
        fan_in = shape[1] * shape[2] * shape[3]
        values = seeds.normals(seeds.stream_seed(SEED, name), shape[0] * fan_in)
        scale = np.float32(np.sqrt(2.0 / fan_in))
        arrays[name] = ((values * scale).reshape(shape), np.zeros(shape[0], np.float32))
    return arrays
