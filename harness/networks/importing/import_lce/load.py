"""A .tflite file -> Model: operator by operator, and the first that cannot be taken is named."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.importing.import_lce import binary, plain
from harness.networks.importing.import_lce.building import INT8_HINT, Building, Refused, Seen, model
from harness.networks.importing.import_lce.file import MAX_FILE_BYTES, is_tflite, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.networks.importing.import_lce.nouns import File, Operator
    from harness.networks.models.model import Model

VERSION = "1"
OPERATORS: Mapping[str, Callable[[Building, Operator], Seen]] = {
    "LceQuantize": binary.quantize,
    "LceDequantize": binary.dequantize,
    "LceBMaxPool2d": binary.maxpool,
    "LceBconv2d": binary.convolution,
    "CONV_2D": plain.convolution,
    "FULLY_CONNECTED": plain.dense,
    "ADD": plain.add,
    "MUL": plain.multiply,
    "MAX_POOL_2D": plain.maxpool,
    "AVERAGE_POOL_2D": plain.avgpool,
    "MEAN": plain.mean,
    "RELU": plain.clip,
    "RELU6": plain.clip,
    "RELU_N1_TO_1": plain.clip,
    "PAD": plain.pad,
    "PADV2": plain.pad,
    "CONCATENATION": plain.concat,
    "RESHAPE": plain.reshape,
    "SOFTMAX": plain.softmax,
}
# those that people will meet, and what to do about them
_HINTS = {
    "QUANTIZE": INT8_HINT,
    "DEQUANTIZE": INT8_HINT,
    "DEPTHWISE_CONV_2D": "use plain convolutions in its place, or another runtime",
}
_OTHERS = "leave it out of the network, or run the file with another runtime"


def sniff(head: bytes) -> bool:
    """Say whether a file that begins with `head` is for this importer."""
    return is_tflite(head)


def load(path: Path) -> Model:
    """Return the network in a file; raises NetworkError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise NetworkError(
            f"cannot be read: {error.strerror}", where=str(path), do="check the path"
        ) from None
    return read(data, where=str(path), name=path.stem)


def read(data: bytes, *, where: str, name: str) -> Model:
    """Return the network in the bytes of a file; raises NetworkError."""
    file = parse(data, where)
    notes = {"source": "Larq Compute Engine", "sha256": hashlib.sha256(data).hexdigest()}
    made = translate(file, where=where, name=name)
    return replace(made, notes={**notes, "importer": f"import_lce {VERSION}", **made.notes})


def translate(file: File, *, where: str, name: str) -> Model:
    """Return the network of a parsed file; raises NetworkError."""
    building = Building(file)
    try:
        building.begin()
        for op in file.operators:
            _take(building, op, where)
        return model(building, name)
    except Refused as error:
        raise NetworkError(str(error), where=where, do=error.do) from None


def _take(building: Building, op: Operator, where: str) -> None:
    what = f"operator {op.index} ({op.kind})"
    carry_out = OPERATORS.get(op.kind)
    if carry_out is None:
        do = _HINTS.get(op.kind, _OTHERS)
        raise NetworkError(f"{what} is none that can be taken", where=where, do=do)
    try:
        building.finish(op, carry_out(building, op))
    except Refused as error:
        output = building.file.tensors[op.outputs[0]].name
        raise NetworkError(
            f"{what}, which writes {output!r}, cannot be taken: {error}",
            where=where,
            do=error.do or _OTHERS,
        ) from None
