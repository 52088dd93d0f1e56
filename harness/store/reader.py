"""Reads runs back: closed ones against their manifest, open ones as far as they got."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import StoreError
from harness.records.attempts import Begun, current
from harness.records.codec import from_json
from harness.records.item import Plan, Planned
from harness.records.measurement import SCHEMA, Environment, Measurement, PowerTrace, SampleSet
from harness.records.possible import impossible
from harness.store import layout
from harness.store.facts import RUN_SCHEMA, RunFacts, fold
from harness.store.files import read_bytes, sha256
from harness.store.journal import Journal, read_journal
from harness.store.lines import objects, parse_object, split
from harness.store.sidecar import members, whole_bytes
from harness.store.writer import PLAN_SCHEMA

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run as it lies on the disk; `measurements`: the rows that count, in plan order."""

    folder: Path
    plan: Plan
    facts: RunFacts
    measurements: tuple[Measurement, ...]
    attempts: tuple[Measurement, ...]
    environments: Mapping[str, Environment]
    closed: bool
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The run id."""
        return self.facts.run

    @property
    def missing(self) -> tuple[Planned, ...]:
        """Planned items without a row; empty for every complete run."""
        return account(self.plan, self.measurements)


def account(plan: Plan, measurements: Sequence[Measurement]) -> tuple[Planned, ...]:
    """Return the planned items that no measurement accounts for (planned == accounted, always)."""
    known = {(m.board, m.item) for m in measurements}
    return tuple(p for p in plan.items if (p.board, p.item.item_id) not in known)


def read_run(path: Path) -> StoredRun:
    """Read one run's folder. One torn tail is forgiven in an open run and noted.

    Raises StoreError (with path:line) for damage, changed files and schemas that are too new.
    """
    folder = Path(path)
    closed = (folder / layout.MANIFEST).exists()
    if closed:
        _verify(folder)
    notes: list[str] = []
    plan = _plan(folder / layout.PLAN)
    attempts = _measurements(folder / layout.MEASUREMENTS, notes, closed=closed)
    if (folder / layout.RUN).exists():
        facts, environments = _facts_from_run(folder / layout.RUN)
    else:
        facts, environments = _facts_from_journal(folder, plan, notes)
    if facts.run != folder.name:
        notes.append(f"the folder is called {folder.name}, the run in it is {facts.run}")
    return StoredRun(
        folder=folder,
        plan=plan,
        facts=facts,
        measurements=_in_plan_order(plan, current(attempts).values()),
        attempts=attempts,
        environments=environments,
        closed=closed,
        notes=(*facts.notes, *notes),
    )


def _in_plan_order(plan: Plan, rows: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Items end in a shuffled order; a reader expects the suite's. What no plan knows is last."""
    places = {(p.board, p.item.item_id): i for i, p in enumerate(plan.items)}
    return tuple(sorted(rows, key=lambda m: places.get((m.board, m.item), len(places))))


def find_run(root: Path, words: str) -> StoredRun:
    """Read the run meant by a full id, a unique beginning, `last`, or a path.

    Raises ConfigError when none or several are meant, StoreError when it cannot be read.
    """
    return read_run(layout.find_folder(root, words))


def read_begun(folder: Path) -> tuple[Path | None, list[Begun]]:
    """Return the inventory file of a run, and the attempts that were begun on its boards."""
    path = folder / layout.JOURNAL
    inventory, begun = None, []
    for event in read_journal(path).events:
        if event.kind == "attempt":
            begun.append(_record(Begun, dict(event.data), str(path)))
        elif event.kind == "inventory" and event.data.get("path"):
            inventory = Path(event.data["path"])
    return inventory, begun


def list_runs(root: Path) -> Iterator[StoredRun]:
    """Read all runs, oldest first; raises StoreError at the first that cannot be read."""
    for folder in layout.list_folders(root):
        yield read_run(folder)


def read_samples(run: StoredRun) -> Iterator[SampleSet]:
    """Yield the raw samples of a run; a torn last member ends an open run's samples early."""
    found = _sidecar(run, layout.SAMPLES, SampleSet)
    yield from _once(found, lambda s: (s.board, s.item, s.attempt, s.repetition))


def read_traces(run: StoredRun) -> Iterator[PowerTrace]:
    """Yield the raw power readings of a run; torn ends as for samples."""
    found = _sidecar(run, layout.POWER, PowerTrace)
    yield from _once(found, lambda t: (t.board, t.item, t.sensor, t.begin_ns))


def _sidecar(run: StoredRun, name: str, kind: type[T]) -> Iterator[T]:
    path = run.folder / name
    if not path.exists():
        return
    data = read_bytes(path)
    if run.closed and whole_bytes(data) < len(data):
        raise StoreError("damaged, or ends too early", where=str(path))
    number = 0
    try:
        for text, _ in members(data):
            for line in split(text)[0]:
                number += 1
                where = f"{path}:{number}"
                yield _record(kind, parse_object(line.raw, where), where)
    except zlib.error as error:
        raise StoreError(f"damaged: {error}", where=str(path)) from None


def _once(records: Iterable[T], key: Callable[[T], tuple[object, ...]]) -> Iterator[T]:
    """Yield each record once: a controller that was killed may have written some before."""
    seen = set()
    for record in records:
        if key(record) not in seen:
            seen.add(key(record))
            yield record


def _verify(folder: Path) -> None:
    path = folder / layout.MANIFEST
    named = set()
    for number, line in enumerate(read_bytes(path).decode("utf-8", "replace").splitlines(), 1):
        digest, _, name = line.partition("  ")
        if not name or "/" in name or name.startswith("."):
            raise StoreError("no file name", where=f"{path}:{number}")
        named.add(name)
        if sha256(read_bytes(folder / name)) != digest:
            raise StoreError(
                "this file was changed after the run was closed",
                where=str(folder / name),
                do="restore it from a copy; results are never edited by hand",
            )
    # an empty one would verify anything
    left_out = sorted({layout.PLAN, layout.JOURNAL, layout.MEASUREMENTS, layout.RUN} - named)
    if left_out:
        raise StoreError(
            f"the manifest does not name {', '.join(left_out)}",
            where=str(path),
            do="restore it from a copy; results are never edited by hand",
        )


def _plan(path: Path) -> Plan:
    data = parse_object(read_bytes(path), str(path))
    _known_schema(data, PLAN_SCHEMA, str(path))
    return _record(Plan, data, str(path))


def _measurements(path: Path, notes: list[str], *, closed: bool) -> tuple[Measurement, ...]:
    if not path.exists():
        return ()
    lines, torn = split(read_bytes(path))
    if torn and closed:
        raise StoreError("a closed run ends in a torn line", where=f"{path}:{len(lines) + 1}")
    if torn:
        notes.append(f"{path.name}: the last {len(torn)} bytes are a torn line, not counted")
    found = []
    for line, data in objects(lines, path):
        where = f"{path}:{line.number}"
        _known_schema(data, SCHEMA, where)
        measurement = _record(Measurement, data, where)
        if wrong := impossible(measurement):
            raise StoreError(f"a number that cannot be: {wrong}", where=where)
        found.append(measurement)
    return tuple(found)


def _facts_from_run(path: Path) -> tuple[RunFacts, dict[str, Environment]]:
    data = parse_object(read_bytes(path), str(path))
    _known_schema(data, RUN_SCHEMA, str(path))
    known = data.pop("environments", {})
    if not isinstance(known, dict):
        raise StoreError("environments: wants an object", where=str(path))
    environments = {k: _record(Environment, v, f"{path}: {k}") for k, v in known.items()}
    return _record(RunFacts, data, str(path)), environments


def _facts_from_journal(
    folder: Path, plan: Plan, notes: list[str]
) -> tuple[RunFacts, dict[str, Environment]]:
    path = folder / layout.JOURNAL
    journal = (
        read_journal(path) if path.exists() else Journal(events=(), last_hash="", end=0, torn=0)
    )
    notes.append("this run was never closed: it counts as far as it got")
    if journal.torn:
        notes.append(f"{path.name}: the last {journal.torn} bytes are a torn line, not counted")
    data: dict[str, Any] = {"run": folder.name, "suite": plan.suite, "command": "", "started": ""}
    environments = {}
    for event in journal.events:
        if event.kind == "run_started":
            data = dict(event.data)
        elif event.kind == "environment":
            environments[event.data["hash"]] = _record(
                Environment, event.data["environment"], str(path)
            )
    facts = _record(RunFacts, data, str(path))
    for event in journal.events:
        facts = fold(facts, event.kind, event.data)
    return facts, environments


def _known_schema(data: Mapping[str, Any], newest: int, where: str) -> None:
    schema = data.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise StoreError("no schema number", where=where)
    if schema > newest:
        raise StoreError(
            f"written by a newer harness: schema {schema}, this one reads up to {newest}",
            where=where,
            do="update the harness",
        )


def _record(kind: type[T], data: object, where: str) -> T:
    try:
        return from_json(kind, data)
    except ValueError as error:
        raise StoreError(str(error), where=where) from None
