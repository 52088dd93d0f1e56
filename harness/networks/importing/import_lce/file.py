"""Bytes of a .tflite file -> nouns; the only door to tflite and flatbuffers.

Nothing in the file is believed: those packages read wherever an offset points and raise what Python
raises there, so every read happens inside `parse`, under limits, and ends as a NetworkError.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.importing.import_lce.nouns import File, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.networks.importing.import_lce.nouns import Constant

MAX_FILE_BYTES = 1 << 28
MAX_OPERATORS = 4096
MAX_TENSORS = 16384
MAX_INPUTS = 256
MAX_OPTION_BYTES = 4096
_IDENTIFIER = b"TFL3"
_INSTALL = "pip install 'lowbit-edge-harness[lce]'"
_NUMPY = {"FLOAT32": "<f4", "INT32": "<i4", "INT64": "<i8"}
_POOL = ("padding", "stride_w", "stride_h", "filter_width", "filter_height")
# the options of TFLite's own operators that mean something to us, in the schema's spelling
_OPTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "CONV_2D": (
        "Conv2DOptions",
        ("padding", "stride_w", "stride_h", "dilation_w_factor", "dilation_h_factor"),
    ),
    "MAX_POOL_2D": ("Pool2DOptions", _POOL),
    "AVERAGE_POOL_2D": ("Pool2DOptions", _POOL),
    "ADD": ("AddOptions", ()),
    "MUL": ("MulOptions", ()),
    "CONCATENATION": ("ConcatenationOptions", ("axis",)),
    "FULLY_CONNECTED": ("FullyConnectedOptions", ("weights_format",)),
}
_DAMAGE = (
    *(struct.error, ValueError, IndexError, TypeError, KeyError, OverflowError),
    *(AttributeError, AssertionError, RecursionError, MemoryError),
)


def is_tflite(head: bytes) -> bool:
    """Say whether a file that begins with `head` (8 bytes or more) calls itself TFLite."""
    return head[4:8] == _IDENTIFIER


def parse(data: bytes, where: str) -> File:
    """Return what the file holds; raises NetworkError, whatever the bytes are."""
    if len(data) > MAX_FILE_BYTES:
        raise NetworkError(f"the file has {len(data)} bytes, over {MAX_FILE_BYTES}", where=where)
    if not is_tflite(data):
        raise NetworkError("is no TFLite file: TFL3 is missing", where=where, do="check the path")
    try:
        import flatbuffers.flexbuffers
        import tflite
    except ImportError:
        raise NetworkError(
            "TFLite files are read with two packages that are not installed",
            where=where,
            do=_INSTALL,
        ) from None
    try:
        return _Reader(tflite, flatbuffers.flexbuffers, data).file()
    except _DamagedError as error:
        words = str(error)
    except _DAMAGE as error:
        words = f"an offset or a size in it is wrong ({type(error).__name__})"
    raise NetworkError(
        f"the file is damaged or of another form: {words}", where=where, do="convert it anew"
    )


class _DamagedError(Exception):
    """What our own checks find; never leaves this file."""


def _demand(holds: bool, words: str) -> None:  # noqa: FBT001 - reads like assert
    if not holds:
        raise _DamagedError(words)


class _Reader:
    def __init__(self, tflite: Any, flexbuffers: Any, data: bytes) -> None:  # noqa: ANN401
        self._tflite = tflite
        self._flex = flexbuffers
        self._model = tflite.Model.GetRootAs(data, 0)
        self._types = _names(tflite.TensorType)
        self._kinds = _names(tflite.BuiltinOperator)
        # tensors may share a buffer, but not so that a small file becomes a large network
        self._left_bytes = 4 * len(data)

    def file(self) -> File:
        _demand(self._model.Version() == 3, f"schema version {self._model.Version()}, wants 3")
        _demand(self._model.SubgraphsLength() == 1, "holds no single graph")
        graph = self._model.Subgraphs(0)
        count, steps = graph.TensorsLength(), graph.OperatorsLength()
        _demand(0 < count <= MAX_TENSORS, f"{count} tensors")
        _demand(0 < steps <= MAX_OPERATORS, f"{steps} operators")
        ends = (graph.InputsLength(), graph.OutputsLength())
        _demand(ends == (1, 1), f"{ends[0]} inputs and {ends[1]} outputs, wants one of each")
        return File(
            tensors=tuple(self._tensor(graph.Tensors(i), i) for i in range(count)),
            operators=tuple(self._operator(graph.Operators(i), i, count) for i in range(steps)),
            input=_index(graph.Inputs(0), count, "the input"),
            output=_index(graph.Outputs(0), count, "the output"),
        )

    def _tensor(self, raw: Any, index: int) -> Tensor:  # noqa: ANN401
        kind = self._types.get(raw.Type(), f"type {raw.Type()}")
        _demand(raw.ShapeLength() <= 8, f"tensor {index} has {raw.ShapeLength()} dimensions")
        shape = tuple(int(raw.Shape(i)) for i in range(raw.ShapeLength()))
        data = self._constant(raw.Buffer(), kind, shape, index)
        return Tensor(name=_text(raw.Name()), type=kind, shape=shape, data=data)

    def _constant(
        self, number: int, kind: str, shape: tuple[int, ...], index: int
    ) -> Constant | None:
        import numpy as np

        _demand(0 <= number < self._model.BuffersLength(), f"tensor {index} has no buffer")
        buffer = self._model.Buffers(number)
        _demand(buffer.Offset() == 0, "data behind the end of the model (a file over 2 GiB)")
        if buffer.DataLength() == 0 or kind not in _NUMPY:
            return None  # a constant of another type: the operator that reads it says so
        self._left_bytes -= buffer.DataLength()
        _demand(self._left_bytes >= 0, "its constants are larger than the file")
        raw = buffer.DataAsNumpy()
        _demand(min(shape, default=1) > 0, f"constant {index} has the shape {list(shape)}")
        values: Constant = np.frombuffer(raw.tobytes(), _NUMPY[kind]).reshape(shape)
        finite = kind != "FLOAT32" or bool(np.isfinite(values).all())
        _demand(finite, f"constant {index} holds what is no number (NaN or infinity)")
        return values

    def _operator(self, raw: Any, index: int, tensors: int) -> Operator:  # noqa: ANN401
        kind = self._kind(raw.OpcodeIndex())
        what = f"operator {index} ({kind})"
        sizes = (raw.InputsLength(), raw.OutputsLength())
        _demand(max(sizes) <= MAX_INPUTS and sizes[1] > 0, f"{what} has {sizes} tensors")
        inputs = tuple(
            None if raw.Inputs(i) == -1 else _index(raw.Inputs(i), tensors, what)
            for i in range(sizes[0])
        )
        outputs = tuple(_index(raw.Outputs(i), tensors, what) for i in range(sizes[1]))
        read: Callable[[Any], dict[str, int]] = (
            self._custom if kind.startswith("Lce") else lambda raw: self._builtin(raw, kind)
        )
        return Operator(index=index, kind=kind, inputs=inputs, outputs=outputs, options=read(raw))

    def _kind(self, number: int) -> str:
        _demand(0 <= number < self._model.OperatorCodesLength(), f"no operator code {number}")
        code = self._model.OperatorCodes(number)
        # files from before 2020 know only the older of the two fields, of 8 bits
        name = self._kinds.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), "unknown")
        return _text(code.CustomCode()) or name if name == "CUSTOM" else name

    def _builtin(self, raw: Any, kind: str) -> dict[str, int]:  # noqa: ANN401
        if kind not in _OPTIONS:
            return {}
        table, names = _OPTIONS[kind]
        union = raw.BuiltinOptions()
        wanted = getattr(self._tflite.BuiltinOptions, table)
        if union is None or raw.BuiltinOptionsType() != wanted:
            raise _DamagedError(f"a {kind} without its options")
        options = getattr(self._tflite, table)()
        options.Init(union.Bytes, union.Pos)
        every = (*names, "fused_activation_function")
        return {name: int(getattr(options, _camel(name))()) for name in every}

    def _custom(self, raw: Any) -> dict[str, int]:  # noqa: ANN401
        size = raw.CustomOptionsLength()
        _demand(size <= MAX_OPTION_BYTES, f"{size} bytes of options")
        if size == 0:
            return {}
        root = self._flex.GetRoot(raw.CustomOptionsAsNumpy().tobytes())
        # values one by one: Loads() would follow whatever tree the file draws
        options = root.AsMap
        _demand(len(options) <= 64, f"{len(options)} options")
        pairs = ((options.Keys[i].AsKey, options.Values[i]) for i in range(len(options)))
        return {_text(key.encode()): int(value.AsInt) for key, value in pairs if value.IsInt}


def _names(table: Any) -> dict[int, str]:  # noqa: ANN401
    return {number: name for name, number in vars(table).items() if isinstance(number, int)}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _index(value: int, count: int, what: str) -> int:
    _demand(0 <= value < count, f"{what} names tensor {value} of {count}")
    return int(value)


def _text(raw: bytes | None) -> str:
    """A name as one short line that a terminal can take."""
    text = (raw or b"")[:200].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)[:64]
