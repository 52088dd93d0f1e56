"""The way in: ONNX bytes are checked, parsed and walked, and whatever they hold, it ends.

Every refusal is a NetworkError; the file is not trusted in anything.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.importing.import_onnx.graph import walk

if TYPE_CHECKING:
    import onnx

    from harness.networks.models.model import Model

VERSION = 1  # counted up when the same file becomes another model
MAX_BYTES = 256 << 20
OPSETS = range(7, 23)


def import_onnx(data: bytes, *, name: str) -> Model:
    """Return the model that the bytes of an ONNX file describe.

    Its notes: source, sha256, producer, importer, layout of input and output as ONNX sees them.
    """
    import numpy as np

    if len(data) > MAX_BYTES:
        raise NetworkError(
            f"the file has {len(data)} bytes, more than {MAX_BYTES}",
            where=name,
            do="embedded boards need smaller networks",
        )
    try:
        proto = _parsed(data, name)
        opset = _opset(proto, name)
        # what overflows is seen by its result, not by a warning
        with np.errstate(all="ignore"):
            made = walk(proto.graph, name=name, file_bytes=len(data))
    except NetworkError:
        raise
    except (Exception, RecursionError) as error:
        raise NetworkError(
            f"the file is damaged, or uses ONNX in a way nobody foresaw: {error!r}"[:400],
            where=name,
            do="check it with onnx.checker; where that is content, please report it",
        ) from error
    notes = {
        "source": f"ONNX, opset {opset}",
        "sha256": sha256(data).hexdigest(),
        "producer": _words(f"{proto.producer_name} {proto.producer_version}"),
        "importer": f"import_onnx {VERSION}",
    }
    return replace(made, notes=notes | dict(made.notes))


def _parsed(data: bytes, name: str) -> onnx.ModelProto:
    import onnx

    proto = onnx.ModelProto()
    try:
        proto.ParseFromString(data)
    except Exception:  # noqa: BLE001 - the parser's errors have no stable home
        raise NetworkError("this is no ONNX file", where=name) from None
    if not proto.graph.node:
        raise NetworkError("this is no ONNX file, or its graph is empty", where=name)
    return proto


def _opset(proto: onnx.ModelProto, name: str) -> int:
    found = [o.version for o in proto.opset_import if o.domain in {"", "ai.onnx"}]
    if len(found) != 1 or found[0] not in OPSETS:
        said = ", ".join(str(version) for version in found) or "none"
        raise NetworkError(
            f"its operator set is {said}; known are {OPSETS[0]} to {OPSETS[-1]}",
            where=name,
            do="export it for one of these (opset_version), or use onnx.version_converter",
        )
    return int(found[0])


def _words(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:80]
