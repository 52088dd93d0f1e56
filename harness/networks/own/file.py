"""A user's network file: which importer reads it, what it is called; its numbers stay untouched.

A name is the file's stem and the beginning of its sha256, so that content defines the cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.networks.models.model import Model

MAX_BYTES = 1 << 30
_HEAD = 16
_STEM = 22  # a plan keeps names of 32 bytes; 9 are for the hash
_KNOWN = "known are .onnx, Larq's .tflite, Larq Zoo's .h5, and a CNV folder of BNN-PYNQ"


@dataclass(frozen=True, kw_only=True)
class NetworkFile:
    """A file as it was when it was opened; `data` is its content, empty for a folder."""

    path: Path
    kind: str  # onnx | tflite | h5 | pynq
    sha256: str
    data: bytes

    @property
    def name(self) -> str:
        """What the network is called everywhere."""
        stem = re.sub(r"[^A-Za-z0-9._-]", "_", self.path.stem).lstrip("._-")[:_STEM]
        return f"{stem or 'net'}-{self.sha256[:8]}"


def open_file(path: Path) -> NetworkFile:
    """Read a network file; NetworkError when it is absent or of no known kind."""
    from harness.networks.importing import import_larq, import_lce, import_pynq

    where = str(path)
    try:
        if path.is_dir():
            if not import_pynq.sniff(path):
                raise NetworkError("this folder holds no network", where=where, do=_KNOWN)
            return NetworkFile(path=path, kind="pynq", sha256=_of_folder(path), data=b"")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        words = f"cannot be read: {error.strerror}"
        raise NetworkError(words, where=where, do="check the path") from None
    if len(data) > MAX_BYTES:
        raise NetworkError(f"it has more than {MAX_BYTES} bytes", where=where)
    head = data[:_HEAD]
    if import_lce.sniff(head):
        kind = "tflite"
    elif import_larq.sniff(head):
        kind = "h5"
    elif path.suffix == ".onnx":
        kind = "onnx"
    else:
        raise NetworkError("this is no network that can be read", where=where, do=_KNOWN)
    return NetworkFile(path=path, kind=kind, sha256=sha256(data).hexdigest(), data=data)


def model_of(file: NetworkFile) -> Model:
    """Return the network in a file; NetworkError names the first operator that cannot be taken."""
    return replace(_IMPORTERS[file.kind](file), name=file.name)


def _onnx(file: NetworkFile) -> Model:
    from harness.networks.importing.import_onnx import import_onnx

    return import_onnx(file.data, name=str(file.path))


def _lce(file: NetworkFile) -> Model:
    from harness.networks.importing.import_lce.load import read

    return read(file.data, where=str(file.path), name=file.name)


def _larq(file: NetworkFile) -> Model:
    from harness.networks.importing.import_larq import load

    return load(file.path)


def _pynq(file: NetworkFile) -> Model:
    from harness.networks.importing.import_pynq import load

    return load(file.path)


_IMPORTERS: dict[str, Callable[[NetworkFile], Model]] = {
    "onnx": _onnx,
    "tflite": _lce,
    "h5": _larq,
    "pynq": _pynq,
}


def _of_folder(path: Path) -> str:
    seen = sha256()
    for one in sorted(path.iterdir()):
        if one.is_file():
            seen.update(one.name.encode() + b"\0" + one.read_bytes())
    return seen.hexdigest()
