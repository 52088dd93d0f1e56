"""What a source finds: rails with what decides whether they are part of the board's total."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import SensorFile

# Beyond this a reading is a broken register, not a board.
MAX_W = 2000.0


@dataclass(frozen=True, kw_only=True)
class Rail:
    """One sensor, the chip it sits on and the volts of its bus (None when unknown)."""

    sensor: SensorFile
    chip: str
    volts: float | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rails of one source; `looked_at` and `notes` are words for the case that none is of use."""

    rails: tuple[Rail, ...] = ()
    looked_at: str = ""
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """A kind of sensor: modules satisfy this by their function."""

    def find(self, files: Mapping[str, str]) -> Found:
        """Pure: probed files (path -> value, `!ERRNO` where reading fails) to rails."""
        ...


def sensor_id(chip: str, label: str) -> str:
    """Return `chip:label` in the characters that a JOB and boards.yaml take."""
    made = re.sub(r"[^A-Za-z0-9._:-]+", "_", f"{chip}:{label}")
    return made.lstrip("._:-")[:100] or "unnamed"


def denied(files: Mapping[str, str], path: str) -> bool:
    """Whether the file is there but may not be read by this user."""
    return files.get(path) in {"!EACCES", "!EPERM"}
