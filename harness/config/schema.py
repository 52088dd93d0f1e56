"""Checks a Document against a pydantic model; each complaint says file:line:column and why."""

from __future__ import annotations

import difflib
import types
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Tag, ValidationError

from harness.errors import ConfigError

if typing.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.config.document import Document, Mark, Path_

MAX_SHOWN = 10

_WORDS = {
    "missing": "this key is missing",
    "string_type": "wants text",
    "int_type": "wants a whole number",
    "bool_type": "wants true or false",
    "float_type": "wants a number",
    "tuple_type": "wants a list, such as [a, b]",
    "dict_type": "wants keys with values",
    "model_type": "wants keys with values",
    "model_attributes_type": "wants keys with values",
}


class Strict(BaseModel):
    """Base of all models: unknown keys are errors, nothing is converted, nothing changes later.

    `elsewhere` says of keys that this kind of file never takes, at any depth, where they belong.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    elsewhere: typing.ClassVar[Mapping[str, str]] = {}


M = TypeVar("M", bound=Strict)


def validate(document: Document, model: type[M]) -> M:
    """Return the checked model; raises one ConfigError that lists the first ten complaints."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
    complaints = sorted(_complaint(document, model, one) for one in found)
    lines = [f"{document.name}:{m[0]}:{m[1]}: {words}" for m, words in complaints[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        lines.append(f"{document.name}: and {len(found) - MAX_SHOWN} more")
    (line, column), first = complaints[0]
    raise ConfigError("\n".join([first, *lines[1:]]), where=f"{document.name}:{line}:{column}")


def suggestion(word: str, known: typing.Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or the known words, for a word that is none of them."""
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known here: {', '.join(words)}" if words else ""


def _complaint(document: Document, model: type[Strict], error: Any) -> tuple[Mark, str]:  # noqa: ANN401
    loc: tuple[str | int, ...] = error["loc"]
    path = _as_written(document, plain_path(loc))
    unknown = error["type"] == "extra_forbidden"
    if unknown:
        word = str(loc[-1])
        place = model.elsewhere.get(word.lower())
        hint = f": {place}" if place else suggestion(word, _known_keys(model, loc[:-1]))
        words = f"unknown key {_short(word)}{hint}"
    else:
        words = _words(error["type"], error)
    text = f"{'.'.join(str(part)[:64] for part in path) or 'document'}: {words}"
    # keys may hold escapes that a terminal would act upon
    return document.mark(path, key=unknown), "".join(c if c.isprintable() else "?" for c in text)


def _as_written(document: Document, path: Path_) -> Path_:
    """Drop the index of a list of one that was written without its brackets."""
    kept: Path_ = ()
    for part in path:
        if part != 0 or (*kept, part) in document.marks:
            kept = (*kept, part)
    return kept


def _words(kind: str, error: Any) -> str:  # noqa: ANN401
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        given = error["input"]
        known = [w.strip("'") for w in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        return f"{_short(given)} is not known{suggestion(str(given), known)}"
    words = _WORDS.get(kind, error["msg"][:1].lower() + error["msg"][1:])
    return words if kind == "missing" else f"{words}, has {_short(error['input'])}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, tuple):
        return "a list"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def plain_path(loc: tuple[str | int, ...]) -> Path_:
    """Drop what pydantic puts into a location that is no key: the tag `<x>` of a list's member."""
    # a key of the file may look like a tag too, but never stands right behind an index
    before = (None, *loc)
    return tuple(p for p, b in zip(loc, before, strict=False) if not (_is_tag(p) and _is_index(b)))


def _is_tag(part: str | int) -> bool:
    return isinstance(part, str) and part.startswith("<")


def _is_index(part: str | int | None) -> bool:
    return isinstance(part, int)


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    kinds: list[Any] = [model]
    for part in loc:
        kinds = [inner for kind in kinds for inner in _step(kind, part)]
    models = [kind for kind in kinds if _is_model(kind)]
    return [name for kind in models for name in kind.model_fields]


def _step(kind: Any, part: str | int) -> Iterator[Any]:  # noqa: ANN401
    """Yield the types that lie at `part` (a key, an index or a union tag) of a type."""
    if isinstance(part, str) and part.startswith("<"):
        if part == getattr(kind, "tag", part):
            yield kind
    elif _is_model(kind):
        field = kind.model_fields.get(part) if isinstance(part, str) else None
        if field is not None:
            yield from _members(field.annotation)
    else:
        for inner in typing.get_args(kind):
            if inner is not Ellipsis:
                yield from _members(inner)


def _members(kind: Any) -> Iterator[Any]:  # noqa: ANN401
    """Open up Annotated and unions; a member with a tag stays together with its tag."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        inner, *extras = typing.get_args(kind)
        tags = [e.tag for e in extras if isinstance(e, Tag)]
        yield from ([_Tagged(tags[0], inner)] if tags else _members(inner))
    elif origin in {typing.Union, types.UnionType}:
        for member in typing.get_args(kind):
            yield from _members(member)
    else:
        yield kind


class _Tagged:
    """A member of a union with its tag; stands in for the model until the tag is read."""

    def __init__(self, tag: str, model: type[BaseModel]) -> None:
        self.tag = tag
        self.model_fields = model.model_fields


def _is_model(kind: Any) -> bool:  # noqa: ANN401
    return isinstance(kind, _Tagged) or (isinstance(kind, type) and issubclass(kind, BaseModel))
