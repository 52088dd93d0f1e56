"""One YAML document as plain data that remembers where each value stood; it judges no meaning.

The text may come from a stranger, so the walk goes over parser events, never over recursion, and
refuses what a suite or an inventory never needs (tags, anchors, aliases, deep nesting) at the event
where it appears, before any data is built from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import yaml

from harness.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path_: TypeAlias = tuple[str | int, ...]
Mark: TypeAlias = tuple[int, int]
Value: TypeAlias = "bool | int | float | str | tuple[Value, ...] | dict[str, Value] | None"

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
# What a person writes stays far below; the parser needs about 10 us for each.
MAX_VALUES = 20_000

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?[0-9]{1,30}(?:\.[0-9]{0,30}(?:[eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})"
)
_WORDS: Mapping[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Place(Protocol):
    """What the two parsers of PyYAML agree upon about a position; both count from 0."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Document:
    """Plain data (dict, tuple, scalars) and, for each path in it, its line and column from 1."""

    name: str
    data: Value
    marks: Mapping[Path_, Mark] = field(repr=False)
    key_marks: Mapping[Path_, Mark] = field(repr=False)

    def mark(self, path: Path_, *, key: bool = False) -> Mark:
        """Return line and column of a value (or of its key), or of the nearest parent known."""
        for end in range(len(path), 0, -1):
            found = self.key_marks.get(path[:end]) if key else None
            found = found or self.marks.get(path[:end])
            if found is not None:
                return found
        return self.marks.get((), (1, 1))

    def where(self, path: Path_, *, key: bool = False) -> str:
        """Return `file:line:column` of what `mark` finds."""
        line, column = self.mark(path, key=key)
        return f"{self.name}:{line}:{column}"


def load(source: Path | str, *, name: str = "<text>") -> Document:
    """Read a file (`Path`) or a text (`str`); raises ConfigError with the position of the fault."""
    if isinstance(source, Path):
        return parse(_read(source), name=str(source))
    return parse(source.encode("utf-8", "surrogatepass"), name=name)


def parse(raw: bytes, *, name: str) -> Document:
    """Turn bytes into a Document; raises ConfigError, whatever the bytes are."""
    if len(raw) > MAX_BYTES:
        raise ConfigError(
            f"more than {MAX_BYTES} bytes are too many", where=name, do="split it, or cut it down"
        )
    builder = _Builder(name)
    try:
        for event in yaml.parse(_text(raw, name), Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(name, mark, _plainly(error.problem or "is no YAML")) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"is no YAML: {error}", where=name) from None
    except (ValueError, OverflowError) as error:  # an escape such as "\UFFFFFFFF"
        raise ConfigError(f"holds what is no character: {error}", where=name) from None
    return Document(name=name, data=builder.root, marks=builder.marks, key_marks=builder.key_marks)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", where=str(path), do="check the path"
        ) from None


def _text(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(raw[: error.start])
        raise ConfigError(
            "is not UTF-8 text", where=f"{name}:{line}:{column}", do="save the file as UTF-8"
        ) from None
    # PyYAML reports these without a line, so they are looked for here
    bad = yaml.SafeLoader.NON_PRINTABLE.search(text)
    if bad:
        line, column = _position(text[: bad.start()].encode())
        raise ConfigError(
            f"character U+{ord(bad.group()):04X} is not allowed", where=f"{name}:{line}:{column}"
        )
    return text


def _position(before: bytes) -> Mark:
    text = before.decode(errors="replace")
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _place(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _error(name: str, mark: _Place | None, words: str) -> ConfigError:
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    # the parser's words may quote the file: keep what a terminal would act upon out of them
    return ConfigError("".join(c if c.isprintable() else "?" for c in words), where=where)


def _plainly(problem: str) -> str:
    """The parser's words, but the commonest slip in those of a person."""
    if "'\\t'" in problem:
        return "a tab stands here, which YAML does not take: use spaces"
    return problem


class _Builder:
    """Puts the value together from events, with an explicit stack of open containers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Value = None
        self.marks: dict[Path_, Mark] = {}
        self.key_marks: dict[Path_, Mark] = {}
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _error(self.name, event.start_mark, "a second document is not allowed")
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close()

    def _node(self, event: yaml.NodeEvent) -> None:
        self._refuse(event)
        top = self._open[-1] if self._open else None
        mark = _place(event)
        if top is not None and top.wants_key:
            top.key = self._key(event, top, mark)
            return
        path = top.child() if top else ()
        self.marks[path] = mark
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None
            self._put(_resolve(event.value) if plain else event.value)
        else:
            if len(self._open) >= MAX_DEPTH:
                raise _error(self.name, event.start_mark, f"more than {MAX_DEPTH} levels deep")
            self._open.append(_Open(path=path, mapping=isinstance(event, yaml.MappingStartEvent)))

    def _refuse(self, event: yaml.NodeEvent) -> None:
        self._values += 1
        words = ""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            words = "anchors and aliases are not allowed here; write the value out"
        elif getattr(event, "tag", None) is not None:  # an alias has none
            words = "tags (words that begin with !) are not allowed here"
        elif self._values > MAX_VALUES:
            words = f"more than {MAX_VALUES} values"
        if words:
            raise _error(self.name, event.start_mark, words)

    def _key(self, event: yaml.NodeEvent, top: _Open, mark: Mark) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _error(self.name, event.start_mark, "a key must be a plain word")
        key: str = event.value  # as written: `on` and `1` are keys like any other
        if key in top.pairs:
            first = self.key_marks[(*top.path, key)]
            words = f"key {key!r:.82} is given twice, first in line {first[0]}"
            raise _error(self.name, event.start_mark, words)
        self.key_marks[(*top.path, key)] = mark
        return key

    def _close(self) -> None:
        done = self._open.pop()
        self._put(done.pairs if done.mapping else tuple(done.items))

    def _put(self, value: Value) -> None:
        if self._open:
            self._open[-1].add(value)
        else:
            self.root = value


@dataclass(kw_only=True)
class _Open:
    """A mapping or list whose end has not been seen."""

    path: Path_
    mapping: bool
    pairs: dict[str, Value] = field(default_factory=dict)
    items: list[Value] = field(default_factory=list)
    key: str | None = None

    @property
    def wants_key(self) -> bool:
        return self.mapping and self.key is None

    def child(self) -> Path_:
        return (*self.path, self.key if self.key is not None else len(self.items))

    def add(self, value: Value) -> None:
        if self.key is None:
            self.items.append(value)
        else:
            self.pairs[self.key] = value
            self.key = None


def _resolve(text: str) -> Value:
    """Type a plain scalar: true, false, null, decimal numbers; `on`, 010, 12:30 stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def walk(value: Value, path: Path_ = ()) -> Iterator[tuple[Path_, Value]]:
    """Yield each path with its value, parents first."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from walk(inner, (*path, index))
