"""What is known of a run beside its measurements: who started it, with what, and how it ended."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.records.codec import from_json
from harness.records.trial import SensorTrial

# 1: first form (2026-11)
RUN_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """run.json without its environments; times are ISO 8601 UTC, `ended` None = never closed."""

    schema: int = RUN_SCHEMA
    run: str
    suite: str
    command: str
    harness: str = __version__
    git_sha: str | None = None
    dirty: bool | None = None
    started: str
    ended: str | None = None
    exit_code: int | None = None
    origin: str | None = None
    source: str | None = None
    rerun_of: str | None = None
    isa_mask: str = ""
    notes: tuple[str, ...] = ()
    sensor_absent: Mapping[str, str] = field(default_factory=dict)
    peaks: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # board -> unit -> op/s
    reads: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # board -> level -> B/s
    trials: Mapping[str, SensorTrial] = field(default_factory=dict)


def fold(facts: RunFacts, kind: str, data: Mapping[str, Any]) -> RunFacts:
    """Return `facts` with what a journal event adds to them; most events add nothing."""
    if kind == "no_sensor":
        absent = {**facts.sensor_absent, data["board"]: data["words"]}
        return dataclasses.replace(facts, sensor_absent=absent)
    if kind == "peaks":
        known = {**facts.peaks.get(data["board"], {}), **data["ops_per_s"]}
        # older journals have no reads
        read = {**facts.reads.get(data["board"], {}), **data.get("read_bytes_per_s", {})}
        return dataclasses.replace(
            facts,
            peaks={**facts.peaks, data["board"]: known},
            reads={**facts.reads, data["board"]: read} if read else facts.reads,
        )
    if kind == "sensor_trial":
        found = from_json(SensorTrial, data["trial"])
        return dataclasses.replace(facts, trials={**facts.trials, data["board"]: found})
    return facts


def utc(moment: datetime) -> str:
    """Return ISO 8601 with seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def git_state(folder: Path) -> tuple[str | None, bool | None]:
    """Return commit and whether files differ from it; (None, None) outside of git."""
    sha = _git(folder, "rev-parse", "HEAD")
    if not sha:
        return None, None
    return sha, bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
