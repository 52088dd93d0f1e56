"""Writes a FlatBuffer from nested values, without a generated schema; reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flatbuffers import Builder  # comes with onnxruntime

ALIGNMENT = 16  # of bytes: floats are read in place


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A number of one kind: Int8, Uint8, Int32, Uint32, Bool."""

    kind: str
    value: int


@dataclass(frozen=True)
class Table:
    """Fields by their slot in the schema; what is left out has the schema's default."""

    fields: Mapping[int, Value]


# a list of numbers is a vector of int32
Value = Scalar | str | bytes | list[int] | list["Table"] | Table


def i8(value: int) -> Scalar:
    """Return an int8, which enumerations are as well."""
    return Scalar(kind="Int8", value=value)


def u8(value: int) -> Scalar:
    """Return a uint8, the kind of a union."""
    return Scalar(kind="Uint8", value=value)


def i32(value: int) -> Scalar:
    """Return an int32."""
    return Scalar(kind="Int32", value=value)


def u32(value: int) -> Scalar:
    """Return a uint32."""
    return Scalar(kind="Uint32", value=value)


def boolean(value: bool) -> Scalar:  # noqa: FBT001 - it is the value
    """Return a bool."""
    return Scalar(kind="Bool", value=int(value))


def encode(root: Table, identifier: bytes) -> bytes:
    """Return the file whose root is this table."""
    import flatbuffers

    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(_table(builder, root), file_identifier=identifier)
    return bytes(builder.Output())


def _table(builder: Builder, table: Table) -> int:
    # what a table refers to lies in front of it
    offsets = {
        slot: _reference(builder, value)
        for slot, value in table.fields.items()
        if not isinstance(value, Scalar)
    }
    builder.StartObject(max(table.fields, default=-1) + 1)
    for slot, value in table.fields.items():
        if isinstance(value, Scalar):
            getattr(builder, f"Prepend{value.kind}")(value.value)
        else:
            builder.PrependUOffsetTRelative(offsets[slot])
        builder.Slot(slot)
    return int(builder.EndObject())


def _reference(builder: Builder, value: Any) -> int:  # noqa: ANN401 - Value without Scalar
    if isinstance(value, str):
        return int(builder.CreateString(value))
    if isinstance(value, bytes):
        return _bytes(builder, value)
    if isinstance(value, Table):
        return _table(builder, value)
    if value and isinstance(value[0], Table):
        offsets = [_table(builder, one) for one in value]
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return int(builder.EndVector())
    builder.StartVector(4, len(value), 4)
    for one in reversed(value):
        builder.PrependInt32(one)
    return int(builder.EndVector())


def _bytes(builder: Builder, data: bytes) -> int:
    builder.StartVector(1, len(data), ALIGNMENT)
    builder.head = builder.head - len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return int(builder.EndVector())
