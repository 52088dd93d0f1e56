"""Names and places under results/: run ids that sort by time, folders, and the way to a run."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from harness.errors import ConfigError, StoreError

PLAN = "plan.json"
JOURNAL = "journal.jsonl"
MEASUREMENTS = "measurements.jsonl"
RUN = "run.json"
SAMPLES = "samples.jsonl.gz"
POWER = "power.jsonl.gz"
MANIFEST = "MANIFEST.sha256"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_lock = threading.Lock()
_last = 0


def new_run_id() -> str:
    """Return 32 hex digits in the form of a version 7 UUID; those of one process increase."""
    global _last  # noqa: PLW0603 - two ids in one tick must still sort
    with _lock:
        # 48 bits of milliseconds, then 12 bits of the fraction of a millisecond
        millis, rest = divmod(time.time_ns(), 1_000_000)
        _last = max((millis << 12) | (rest * 4096 // 1_000_000), _last + 1)
        tick = _last
    value = (tick >> 12 << 80) | (7 << 76) | ((tick & 0xFFF) << 64)
    value |= (2 << 62) | secrets.randbits(62)
    return f"{value:032x}"


def run_time(run_id: str) -> datetime:
    """Return when the id was made (UTC); raises StoreError when it carries no time."""
    try:
        return datetime.fromtimestamp(int(run_id[:12], 16) / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise StoreError(f"{run_id!r} is not a run id") from None


def results_root() -> Path:
    """Return the folder of all results: HARNESS_RESULTS, else ./results."""
    return Path(os.environ.get("HARNESS_RESULTS") or "results").expanduser()


def run_folder(root: Path, run_id: str) -> Path:
    """Return root/<year>/<month>/<run id>; StoreError for a name that leads elsewhere."""
    if not _NAME.match(run_id):
        raise StoreError(f"{run_id!r} cannot name a run", do="letters, digits, . _ - only")
    moment = run_time(run_id)
    return inside(root, root / f"{moment:%Y}" / f"{moment:%m}" / run_id)


def inside(root: Path, path: Path) -> Path:
    """Return `path` if it really lies in `root`, links followed; else raise StoreError."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise StoreError("path leads out of the results folder", where=str(path))
    return path


def list_folders(root: Path) -> Iterator[Path]:
    """Yield the folders of all runs, oldest first, damaged ones too. Links are not followed."""
    found = (path for path in root.glob("*/*/*") if _holds_run(path) and not _has_link(root, path))
    yield from sorted(found, key=lambda folder: folder.name)


def _holds_run(folder: Path) -> bool:
    # without its plan a run cannot be read, and that is said: it is not passed over
    return any((folder / name).is_file() for name in (PLAN, JOURNAL, MEASUREMENTS, MANIFEST))


def find_folder(root: Path, words: str) -> Path:
    """Return the folder meant by a full id, the unique beginning of one, `last`, or a path.

    Raises ConfigError that names the candidates when none or several fit.
    """
    if _is_run(words):
        return Path(words).expanduser()
    folders = list(list_folders(root))
    if words == "last" and folders:
        return folders[-1]
    fitting = [f for f in folders if words and f.name.startswith(words.lower())]
    if len(fitting) == 1:
        return fitting[0]
    shown = fitting[-5:]
    if len({f.name for f in fitting}) > 1:
        names = ", ".join(f.name for f in shown)
        raise ConfigError(f"{len(fitting)} runs begin with {words!r}", do=f"write more of: {names}")
    if fitting:
        names = ", ".join(str(f) for f in shown)
        raise ConfigError(f"{len(fitting)} folders hold run {words!r}", do=f"give one: {names}")
    raise ConfigError(
        f"no run {words!r:.80} among {len(folders)}",
        where=str(root),
        do="`harness runs` lists them; HARNESS_RESULTS names another folder",
    )


def _is_run(words: str) -> bool:
    """Say whether `words` is the path of a run; a path that cannot be is none."""
    try:
        return bool(words) and _holds_run(Path(words).expanduser())
    except (OSError, RuntimeError, ValueError):  # too long, or ~ of a user that is not
        return False


def _has_link(root: Path, path: Path) -> bool:
    parts = [path, *path.parents]
    return any(p.is_symlink() for p in parts[: len(path.relative_to(root).parts)])
