"""boards.yaml to entries; finds the file, judges no board."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config.document import Document, load
from harness.config.inventory_model import BoardModel, InventoryModel
from harness.config.schema import validate
from harness.config.words import NAME as _NAME
from harness.errors import ConfigError
from harness.records.board import LOCAL, BoardEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "boards.yaml"
NAME = _NAME  # what a board may be called


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All boards by name; `path` is the file they came from, `looked` where it was looked for."""

    entries: Mapping[str, BoardEntry]
    path: Path | None = None
    looked: tuple[Path, ...] = ()

    @property
    def looked_in(self) -> str:
        """The file, or all places looked at, in words for an error."""
        return str(self.path) if self.path else ", ".join(map(str, self.looked))


def user_file() -> Path:
    """Return the inventory in the user's configuration folder (HARNESS_CONFIG moves it)."""
    given = os.environ.get("HARNESS_CONFIG")
    if given:
        path = Path(given)
        return path if path.suffix in {".yaml", ".yml"} else path / FILE
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "harness" / FILE


def places(start: Path | None) -> tuple[Path, ...]:
    """Return where boards.yaml is looked for, in order: beside the suite, here, configuration."""
    near = [] if start is None else [(start if start.is_dir() else start.parent) / FILE]
    return tuple(dict.fromkeys([*near, Path(FILE), user_file()]))


def load_inventory(start: Path | None = None) -> Inventory:
    """Read the first boards.yaml found; without one there is still the board `local`.

    `start` is the suite's file or folder. Raises ConfigError when the file is wrong.
    """
    looked = places(start)
    path = next((place for place in looked if place.is_file()), None)
    if path is None:
        return Inventory(entries=_with_local({}), looked=looked)
    return Inventory(entries=_with_local(entries_of(load(path))), path=path, looked=looked)


def entries_of(document: Document) -> dict[str, BoardEntry]:
    """Check a document and return its entries; raises ConfigError."""
    model = validate(document, InventoryModel)
    if LOCAL in model.boards and model.boards[LOCAL].host is not None:
        raise ConfigError(
            "`local` is always this machine and has no host",
            where=document.where(("boards", LOCAL)),
            do="give the other machine a name of its own",
        )
    return {name: _entry(name, board) for name, board in model.boards.items()}


def _with_local(entries: dict[str, BoardEntry]) -> dict[str, BoardEntry]:
    return {LOCAL: BoardEntry(name=LOCAL), **entries}


def _entry(name: str, board: BoardModel) -> BoardEntry:
    keys = board.model_dump(exclude={"power", "meter"})
    return BoardEntry(name=name, sensor=board.power.sensor, **keys)
