"""Writes one run: the plan before the start, a line per event and item, the manifest at the end.

Nothing is ever rewritten. A run without manifest is open: it can be read and gone on with.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.errors import ConfigError, StoreError
from harness.records.attempts import Begun
from harness.records.codec import from_json, to_json
from harness.records.environment import environment_hash
from harness.records.item import Plan
from harness.records.measurement import Environment, Measurement, PowerTrace, SampleSet
from harness.store import layout
from harness.store.facts import RunFacts, fold, git_state, utc
from harness.store.files import (
    Appender,
    canonical,
    make_folder,
    read_bytes,
    refuse,
    sha256,
    write_whole,
)
from harness.store.journal import JournalWriter, read_journal
from harness.store.lines import split
from harness.store.lock import RunLock
from harness.store.sidecar import member, whole_bytes

PLAN_SCHEMA = 1  # 1: first form (2026-11)


class RunWriter:
    """One run being written; use as a context manager (an exception leaves the run open)."""

    def __init__(self, folder: Path, facts: RunFacts, lock: RunLock) -> None:
        """Open files in an existing `folder`; `create` and `resume` are the ways to get here."""
        self.folder = folder
        self.facts = facts
        self.begun: list[Begun] = []  # attempts on boards, oldest first
        self.inventory: Path | None = None  # the file that holds this run's boards
        self._lock = lock
        self._environments: dict[str, Environment] = {}
        self._journal = JournalWriter(folder / layout.JOURNAL)
        self._measurements = Appender(folder / layout.MEASUREMENTS)
        self._samples = Appender(folder / layout.SAMPLES)

    @property
    def run(self) -> str:
        """The run id."""
        return self.facts.run

    @classmethod
    def create(
        cls,
        root: Path,
        plan: Plan,
        *,
        command: str,
        run: str | None = None,
        inventory: Path | None = None,
        isa_mask: str = "",
        rerun_of: str | None = None,
    ) -> Self:
        """Make the folder of a new run and store the plan; raises StoreError if it cannot be."""
        run = run or layout.new_run_id()
        folder = layout.run_folder(root, run)
        make_folder(folder)
        document = {"schema": PLAN_SCHEMA, "run": run, **to_json(plan)}
        for entry, planned in zip(document["items"], plan.items, strict=True):
            entry["id"] = planned.item.item_id
        write_whole(folder / layout.PLAN, _lines(document))
        sha, dirty = git_state(Path.cwd())
        facts = RunFacts(
            run=run,
            suite=plan.suite,
            command=command,
            git_sha=sha,
            dirty=dirty,
            started=utc(datetime.now(tz=UTC)),
            isa_mask=isa_mask,
            rerun_of=rerun_of,
        )
        writer = cls(folder, facts, RunLock(folder))
        writer.event("run_started", to_json(facts))
        writer.inventory = inventory
        writer.event("inventory", {"path": None if inventory is None else str(inventory)})
        return writer

    @classmethod
    def resume(cls, folder: Path) -> Self:
        """Go on with an open run: torn tails are cut, everything whole stays as it is.

        Raises ConfigError when it is closed, LeaseHeldError while another controller writes it,
        StoreError when its files are damaged.
        """
        if (folder / layout.MANIFEST).exists():
            raise ConfigError(
                "this run is closed",
                where=str(folder),
                do="measure what is missing in a new run: `harness rerun RUN --status infra`",
            )
        lock = RunLock(folder)
        try:
            return cls._resumed(folder, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _resumed(cls, folder: Path, lock: RunLock) -> Self:
        journal = read_journal(folder / layout.JOURNAL)
        started = next((e.data for e in journal.events if e.kind == "run_started"), None)
        if started is None:
            raise StoreError(
                "the journal names no start: nothing was begun on any board",
                where=str(folder / layout.JOURNAL),
                do="start anew: `harness run SUITE`",
            )
        for name in (layout.JOURNAL, layout.MEASUREMENTS):
            _cut(folder / name, _whole_lines)
        for name in (layout.SAMPLES, layout.POWER):
            _cut(folder / name, whole_bytes)
        writer = cls(folder, from_json(RunFacts, dict(started)), lock)
        for event in journal.events:
            writer.facts = fold(writer.facts, event.kind, event.data)
            if event.kind == "environment":
                environment = from_json(Environment, event.data["environment"])
                writer._environments[event.data["hash"]] = environment
            elif event.kind == "inventory" and event.data["path"]:
                writer.inventory = Path(event.data["path"])
            elif event.kind == "attempt":
                writer.begun.append(from_json(Begun, dict(event.data)))
        writer.event("run_resumed", {})
        return writer

    def add_environment(self, environment: Environment) -> str:
        """Keep the state of a board; returns the hash for the measurements' `environment`."""
        name = environment_hash(environment)
        if name not in self._environments:
            data = {"hash": name, "environment": to_json(environment)}
            self.event("environment", data)
            self._environments[name] = environment
        return name

    def begin(self, attempt: Begun) -> None:
        """Journal that an attempt is about to start, so that another controller finds its spool."""
        self.event("attempt", to_json(attempt))
        self.begun.append(attempt)

    def no_sensor(self, board: str, words: str) -> None:
        """Keep what was looked for when a board has no power sensor."""
        self.event("no_sensor", {"board": board, "words": words})

    def event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Journal anything worth keeping; on the disk when this returns."""
        self._journal.append(kind, data, time.time_ns())
        self.facts = fold(self.facts, kind, data)

    def append(self, measurement: Measurement, samples: Sequence[SampleSet] = ()) -> None:
        """Store one closed item; on the disk when this returns. Raises StoreError."""
        if samples:
            self._samples.append(member(samples))
        line = canonical(to_json(measurement)).encode()
        self._measurements.append(line + b"\n")
        closed = {
            "item": measurement.item,
            "board": measurement.board,
            "attempt": measurement.attempt,
            "status": measurement.status.value,
            "sha256": sha256(line),
        }
        self.event("closed", closed)

    def append_traces(self, traces: Sequence[PowerTrace]) -> None:
        """Store the raw power readings of one board's session. Raises StoreError."""
        if not traces:
            return
        sidecar = Appender(self.folder / layout.POWER)
        try:
            sidecar.append(member(traces))
        finally:
            sidecar.close()

    def close(self, exit_code: int) -> Path:
        """Write run.json, then the manifest: from here on the run never changes."""
        ended = utc(datetime.now(tz=UTC))
        self.facts = dataclasses.replace(self.facts, ended=ended, exit_code=exit_code)
        self.event("run_ended", {"exit_code": exit_code})
        self.leave()
        environments = {name: to_json(e) for name, e in sorted(self._environments.items())}
        document = {**to_json(self.facts), "environments": environments}
        write_whole(self.folder / layout.RUN, _lines(document))
        write_manifest(self.folder)
        return self.folder

    def leave(self) -> None:
        """Close the files and leave the run open, to be resumed."""
        for file in (self._journal, self._measurements, self._samples):
            file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()


def write_manifest(folder: Path) -> None:
    """Write the sha256 of every file of a run: the mark of a closed run."""
    names = (
        layout.PLAN,
        layout.JOURNAL,
        layout.MEASUREMENTS,
        layout.RUN,
        layout.SAMPLES,
        layout.POWER,
    )
    present = sorted(name for name in names if (folder / name).is_file())
    text = "".join(f"{sha256(read_bytes(folder / name))}  {name}\n" for name in present)
    write_whole(folder / layout.MANIFEST, text.encode())


def _lines(document: Mapping[str, Any]) -> bytes:
    """Return JSON with one key a line: small diffs, and still readable by eye."""
    rows = ",\n".join(f" {canonical(key)}: {canonical(value)}" for key, value in document.items())
    return f"{{\n{rows}\n}}\n".encode()


def _whole_lines(data: bytes) -> int:
    lines, _ = split(data)
    return lines[-1].end if lines else 0


def _cut(path: Path, whole: Callable[[bytes], int]) -> None:
    """Cut a torn tail; what is whole is never touched."""
    if not path.exists():
        return
    data = read_bytes(path)
    end = whole(data)
    if end < len(data):
        try:
            os.truncate(path, end)
        except OSError as error:
            refuse(error, path)
