"""Frozen dataclasses to and from plain JSON data; absent means not measured."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(record: object) -> Any:  # noqa: ANN401 - JSON data has no closer type
    """Return plain data for `json.dumps`; fields that are None or empty are left out."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        fields = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
        return {name: to_json(value) for name, value in fields.items() if value is not None}
    if isinstance(record, Mapping):
        return {str(key): to_json(value) for key, value in record.items()}
    if isinstance(record, (tuple, list)):
        return [to_json(value) for value in record]
    return record.value if isinstance(record, StrEnum) else record


def from_json(kind: type[T], data: object) -> T:
    """Rebuild a record of `kind`; raises ValueError that names the path of what does not fit.

    Keys this version does not know are ignored: a newer harness may have added them.
    """
    value: T = _build(kind, data, kind.__name__)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, data: Any, path: str) -> Any:  # noqa: ANN401
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if data is None:
            return None
        inner = next(a for a in typing.get_args(kind) if a is not type(None))
        return _build(inner, data, path)
    if origin is tuple:
        return _tuple(typing.get_args(kind), data, path)
    if origin is not None and issubclass(origin, Mapping):
        value = typing.get_args(kind)[1]
        _expect(data, dict, path)
        return {key: _build(value, item, f"{path}.{key}") for key, item in data.items()}
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, path)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum(kind, data, path)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    _expect(data, kind, path)
    return data


def _enum(kind: type[StrEnum], data: Any, path: str) -> StrEnum:  # noqa: ANN401
    try:
        return kind(data)
    except ValueError:
        raise ValueError(f"{path}: {data!r} is none of {', '.join(kind)}") from None


def _tuple(args: tuple[Any, ...], data: Any, path: str) -> tuple[Any, ...]:  # noqa: ANN401
    _expect(data, list, path)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_build(args[0], item, f"{path}[{i}]") for i, item in enumerate(data))
    if len(args) != len(data):
        raise ValueError(f"{path}: wants {len(args)} values, has {len(data)}")
    return tuple(_build(a, item, path) for a, item in zip(args, data, strict=True))


def _record(kind: Any, data: Any, path: str) -> Any:  # noqa: ANN401
    _expect(data, dict, path)
    hints = _hints(kind)
    known = {f.name: f for f in dataclasses.fields(kind)}
    given = {k: _build(hints[k], v, f"{path}.{k}") for k, v in data.items() if k in known}
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from None


def _expect(data: object, kind: type, path: str) -> None:
    # bool is an int to isinstance, and never what a number field means
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise ValueError(f"{path}: wants {kind.__name__}, has {type(data).__name__}")
