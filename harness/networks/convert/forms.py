"""`converted`: a float ONNX network in another runtime's form, kept by content in the cache."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.convert import ncnn, tflite
from harness.networks.convert import read as onnx_reader
from harness.networks.sources.cache import cache_root, keep, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.networks.convert.steps import Steps

# form -> who writes it, and the files that are made, in the order a worker is given them
WRITERS: Mapping[str, Callable[[Steps], dict[str, bytes]]] = {
    "ncnn": ncnn.write,
    "tflite": tflite.write,
}
FILES: Mapping[str, tuple[str, ...]] = {"ncnn": ("param", "bin"), "tflite": ("tflite",)}


def converted(onnx: bytes, to: str) -> dict[str, bytes]:
    """Return the files of `onnx` in form `to`: `param` and `bin` for ncnn, `tflite` for LiteRT.

    NetworkError names the first operator that cannot be converted.
    """
    if to not in WRITERS:
        raise NetworkError(f"no form {to!r}", do=f"known forms: {', '.join(WRITERS)}")
    seen = hashlib.sha256(_code() + to.encode() + b"\0" + onnx).hexdigest()[:32]
    folder = cache_root() / "converted" / seen
    kept = {name: read(folder / name) for name in FILES[to]}
    sums = read(folder / "sums")  # written last
    if sums is not None and sums.decode("ascii", "replace") == _sums(kept):
        return {name: data for name, data in kept.items() if data is not None}
    made = WRITERS[to](onnx_reader.read(onnx))
    for name, data in made.items():
        keep(folder / name, data)
    keep(folder / "sums", _sums(made).encode("ascii"))
    return made


def _sums(files: Mapping[str, bytes | None]) -> str:
    return " ".join(hashlib.sha256(files[name] or b"").hexdigest() for name in sorted(files))


@cache
def _code() -> bytes:
    """Hash of this folder's own files: whoever changes a writer gets new files."""
    seen = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.digest()
