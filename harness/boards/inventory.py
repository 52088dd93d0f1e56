"""boards.yaml to entries; finds the file, judges no board."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.boards.externals import PROJECT, declared, joined, of_project
from harness.config.document import Document, load
from harness.config.inventory_model import BoardModel, InventoryModel
from harness.config.meter_model import meter_entry
from harness.config.schema import suggestion, validate
from harness.config.words import NAME as _NAME
from harness.errors import ConfigError
from harness.records.board import LOCAL, BoardEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.external import External
    from harness.records.meter import MeterEntry

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
    project = _project(path)
    if path is None:
        return Inventory(entries=_with_local({}, project), looked=looked)
    document = load(path)
    model = _checked(document)
    common = joined(declared(document, model.externals), project)
    entries = _with_local(_entries(document, model, common), common)
    return Inventory(entries=entries, path=path, looked=looked)


def _project(inventory: Path | None) -> dict[str, External]:
    """Return the programs of harness.yaml, in the working directory or beside the inventory.

    Not of one beside the suite: who wrote the suite does not say what runs on the user's boards.
    """
    near = [] if inventory is None else [inventory.parent / PROJECT]
    path = next((place for place in (Path(PROJECT), *near) if place.is_file()), None)
    return {} if path is None else of_project(path)


def entries_of(document: Document) -> dict[str, BoardEntry]:
    """Check a document and return its entries; raises ConfigError."""
    model = _checked(document)
    return _entries(document, model, declared(document, model.externals))


def _checked(document: Document) -> InventoryModel:
    model = validate(document, InventoryModel)
    if LOCAL in model.boards and model.boards[LOCAL].host is not None:
        raise ConfigError(
            "`local` is always this machine and has no host",
            where=document.where(("boards", LOCAL)),
            do="give the other machine a name of its own",
        )
    for name, board in model.boards.items():
        for number, meter in enumerate(board.meter or ()):
            if meter.board is not None:
                _other_board(document, model, name, number, meter.board)
    return model


def _other_board(
    document: Document, model: InventoryModel, name: str, number: int, other: str
) -> None:
    """Refuse a meter that hangs on no board of this file, or on the board it measures."""
    place = ("boards", name, "meter")
    listed = (*place, number) in document.marks
    where = document.where((*place, number, "board") if listed else (*place, "board"))
    hint = suggestion(other, model.boards)
    if other == name:
        raise ConfigError(
            f"{name!r} cannot be its own meter",
            where=where,
            do="a sensor of the board itself is chosen by `power: {sensor: ...}`",
        )
    if other != LOCAL and other not in model.boards:
        raise ConfigError(
            f"the meter hangs on {other!r}, which is no board here{hint}",
            where=where,
            do="write that board down too, or `local` for this machine",
        )


def _entries(
    document: Document, model: InventoryModel, common: Mapping[str, External]
) -> dict[str, BoardEntry]:
    """A board's own declaration of a program stands before the common one of that name."""
    entries = {}
    for name, board in model.boards.items():
        own = declared(document, board.externals, ("boards", name, "externals"))
        entries[name] = _entry(name, board, {**common, **own})
    boards = {LOCAL: BoardEntry(name=LOCAL), **entries}
    return {name: replace(one, meters=_placed(one, boards)) for name, one in entries.items()}


def _placed(entry: BoardEntry, boards: Mapping[str, BoardEntry]) -> tuple[MeterEntry, ...]:
    """Return the board's meters; one that is read on a board gets the entry of that one."""

    def placed(meter: MeterEntry) -> MeterEntry:
        host = boards[meter.target] if meter.kind == "board" else entry
        on_a_board = meter.kind in {"board", "tegrastats"}
        return replace(meter, at=replace(host, meters=())) if on_a_board else meter

    return tuple(placed(meter) for meter in entry.meters)


def _with_local(
    entries: dict[str, BoardEntry], common: dict[str, External]
) -> dict[str, BoardEntry]:
    return {LOCAL: BoardEntry(name=LOCAL, externals=common), **entries}


def _entry(name: str, board: BoardModel, externals: Mapping[str, External]) -> BoardEntry:
    keys = board.model_dump(exclude={"power", "meter", "externals"})
    meters = tuple(meter_entry(meter) for meter in board.meter or ())
    sensor = board.power.sensor
    return BoardEntry(name=name, sensor=sensor, meters=meters, externals=externals, **keys)
