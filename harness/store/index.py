"""An SQLite index of all runs, for questions over time; disposable: the files are the truth."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StoreError
from harness.records.measurement import Measurement
from harness.records.rules import is_believed
from harness.store.layout import list_folders
from harness.store.reader import StoredRun, read_run
from harness.units import harmless

NAME = "index.sqlite"

_TABLES = """
create table run (id text primary key, folder text, suite text, started text, ended text,
  git_sha text, exit_code integer, closed integer) without rowid;
create table series (id integer primary key, board_id text, item text, board text, workload text,
  scheme text, shape text, runtime text, device text, unique (board_id, item));
create table measurement (series integer references series, run text references run,
  status text, p25_ns real, low_ns real, high_ns real, inferences_per_s real, peak_share real,
  environment text, primary key (series, run)) without rowid;
create index of_run on measurement (run);
"""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One item on one board in one run; `p25_ns` None = no number."""

    run: str
    started: str
    status: str
    p25_ns: float | None
    low_ns: float | None
    high_ns: float | None
    environment: str | None


def reindex(root: Path) -> tuple[int, tuple[str, ...]]:
    """Build the index anew; returns how many runs it holds and why others could not be read."""
    temporary = root / f".{NAME}.tmp"
    temporary.unlink(missing_ok=True)
    count, unread = 0, []
    seen: dict[str, Path] = {}
    try:
        with closing(sqlite3.connect(temporary)) as base, base:
            base.executescript(_TABLES)
            for folder in list_folders(root):
                try:
                    run = read_run(folder)
                except StoreError as error:
                    unread.append(str(error))
                    continue
                if run.id in seen:
                    unread.append(f"{folder}: run {run.id} is indexed from {seen[run.id]} already")
                    continue
                seen[run.id] = folder
                _insert(base, run, str(folder.relative_to(root)))
                count += 1
        temporary.replace(root / NAME)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot write the index: {error}", where=str(root / NAME)) from error
    return count, tuple(unread)


def history(root: Path, board_id: str, item: str) -> Iterator[Point]:
    """Yield one item's points on one board, oldest run first; builds the index when absent."""
    if not (root / NAME).exists():
        reindex(root)
    columns = "r.id, r.started, m.status, m.p25_ns, m.low_ns, m.high_ns, m.environment"
    with closing(sqlite3.connect(root / NAME)) as base:
        rows = base.execute(
            f"select {columns} from measurement m"  # noqa: S608 - a constant of this file
            " join series s on s.id = m.series join run r on r.id = m.run"
            " where s.board_id = ? and s.item = ? order by r.id",
            (board_id, item),
        ).fetchall()
    names = ("run", "started", "status", "p25_ns", "low_ns", "high_ns", "environment")
    for row in rows:
        yield Point(**dict(zip(names, row, strict=True)))


def _insert(base: sqlite3.Connection, run: StoredRun, folder: str) -> None:
    f = run.facts
    values = (f.run, folder, f.suite, f.started, f.ended, f.git_sha, f.exit_code, run.closed)
    base.execute("insert into run values (?,?,?,?,?,?,?,?)", _texts(values))
    for m in run.measurements:
        key = (m.board_id, m.item)
        named = (*key, m.board, m.workload, m.scheme, m.shape, m.runtime, m.device)
        base.execute(
            "insert or ignore into series (board_id, item, board, workload, scheme, shape,"
            " runtime, device) values (?,?,?,?,?,?,?,?)",
            _texts(named),
        )
        series = base.execute("select id from series where board_id = ? and item = ?", _texts(key))
        base.execute(
            "insert or replace into measurement values (?,?,?,?,?,?,?,?,?)",
            (series.fetchone()[0], f.run, m.status.value, *_numbers(m), m.environment),
        )


def _texts(values: Sequence[object]) -> tuple[object, ...]:
    # a lone surrogate, which JSON may carry, is no text to SQLite
    return tuple(harmless(v) if isinstance(v, str) else v for v in values)


def _numbers(m: Measurement) -> tuple[float | None, ...]:
    if not is_believed(m.status):
        return (None,) * 5
    latency = m.latency_ns
    interval = latency.ci95 if latency else None
    return (
        latency.p25 if latency else None,
        interval.low if interval else None,
        interval.high if interval else None,
        m.inferences_per_s,
        m.peak_share,
    )
