"""The layers of a .h5 file of Keras weights, read by a program of its own (`reader`)."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import NetworkError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_FILE_BYTES = 1 << 28
_MAGIC = b"\x89HDF\r\n\x1a\n"
_INSTALL = "pip install 'lowbit-edge-harness[larq]'"
_ANEW = "download it anew"
_TIMEOUT_S = 60
_REFUSED = 3


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer that has weights; they stand in Keras' order (kernel, bias; gamma, beta, ...)."""

    name: str
    weights: tuple[NDArray[np.float32], ...]


def is_hdf5(head: bytes) -> bool:
    """Say whether a file that begins with `head` (8 bytes or more) is HDF5."""
    return head[:8] == _MAGIC


def read_layers(path: Path) -> tuple[Layer, ...]:
    """Return the layers that have weights; raises NetworkError, whatever the file holds."""
    where = str(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise NetworkError(
            f"cannot be read: {error.strerror}", where=where, do="check the path"
        ) from None
    if size > MAX_FILE_BYTES:
        raise NetworkError(f"the file has {size} bytes, over {MAX_FILE_BYTES}", where=where)
    if not is_hdf5(head):
        raise NetworkError("is no HDF5 file", where=where, do="check the path")
    if importlib.util.find_spec("h5py") is None:
        raise NetworkError(
            "HDF5 files are read with a package that is not installed", where=where, do=_INSTALL
        )
    return _unpacked(_run(path.resolve(), where), where)


def _run(path: Path, where: str) -> bytes:
    argv = [sys.executable, "-m", "harness.networks.importing.import_larq.reader", str(path)]
    ours = str(Path(__file__).resolve().parents[4])
    others = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": f"{ours}{os.pathsep}{others}" if others else ours}
    try:
        done = subprocess.run(
            argv, capture_output=True, env=environment, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NetworkError(
            f"its reader did not end within {_TIMEOUT_S} s: it is damaged", where=where, do=_ANEW
        ) from None
    except OSError as error:
        raise NetworkError(f"its reader does not start: {error}", where=where) from None
    if done.returncode == _REFUSED:
        words = done.stderr.decode("utf-8", "replace")[:200]
        raise NetworkError(f"holds no weights that Keras has saved: {words}", where=where, do=_ANEW)
    if done.returncode != 0:
        # a library that died says nothing; Python's own last words may help
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1][:200]
        raise NetworkError(
            f"the HDF5 library died of it (exit {done.returncode}) {last}".rstrip(),
            where=where,
            do=_ANEW,
        )
    return done.stdout


def _unpacked(data: bytes, where: str) -> tuple[Layer, ...]:
    import numpy as np

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            table = json.loads(file["names"].tobytes())
            return tuple(
                Layer(name=name, weights=tuple(file[f"{i}.{j}"] for j in range(count)))
                for i, (name, count) in enumerate(table)
            )
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise NetworkError(f"its reader answered nonsense: {error}", where=where) from None
