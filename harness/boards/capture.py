"""Makes of a board's recorded answers an archive that can be given away, and reads it back.

An archive is one folder: `replay.jsonl` (the answers, redacted) and `capture.json` (how to ask for
them again). Asking the board is the caller's work.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness import __version__
from harness.boards.redact import redact
from harness.errors import ConfigError, StoreError
from harness.records.board import BoardEntry
from harness.records.codec import from_json, to_json
from harness.transport.replay import FILE, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.transport.replay import Answer

ABOUT = "capture.json"
SCHEMA = 1
_CAP_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class About:
    """What a replay must know: how the probe was asked, and the runner that said hello.

    `runner` is "" where none could be started; `missing` says why then.
    """

    schema: int = SCHEMA
    harness: str = __version__
    model: str = ""
    family: str = ""
    root: str = "/"
    sensor: str = "auto"
    runtimes: Mapping[str, str] = field(default_factory=dict)
    runner: str = ""
    missing: str = ""

    def entry(self, name: str = "captured") -> BoardEntry:
        """Return the inventory entry that asks the recorded questions."""
        return BoardEntry(
            name=name, host=name, root=self.root, sensor=self.sensor, runtimes=self.runtimes
        )


def redact_about(about: About, secrets: Iterable[str]) -> About:
    """Return `about` without anything private; its paths stay those of the redacted answers."""
    return from_json(About, _redacted(to_json(about), tuple(secrets)))


def _redacted(value: object, secrets: tuple[str, ...]) -> object:
    if isinstance(value, dict):
        return {key: _redacted(item, secrets) for key, item in value.items()}
    return redact(value, secrets) if isinstance(value, str) else value


def read_about(folder: Path) -> About:
    """Return the description in an unpacked archive; ConfigError when it is none."""
    path = folder / ABOUT
    try:
        if path.stat().st_size > _CAP_BYTES:
            raise ConfigError("too long for the description of a capture", where=str(path))
        about = from_json(About, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"no capture can be read: {error}", where=str(path)) from None
    if about.schema > SCHEMA:
        raise ConfigError(f"made by a newer harness ({about.harness})", where=str(path))
    return about


def slug(about: About) -> str:
    """Return a folder's name for a capture: family and model, nothing of the user's."""
    words = f"{about.family}-{about.model}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:60] or "board"


def write_archive(path: Path, about: About, answers: Iterable[Answer]) -> None:
    """Write the archive; equal content gives equal bytes. StoreError when it cannot be written."""
    texts = {
        ABOUT: json.dumps(to_json(about), indent=1, sort_keys=True) + "\n",
        FILE: "".join(line_of(answer) for answer in answers),
    }
    try:
        # mtime 0 and an empty name: who made it, and when, is nobody's business
        with (
            path.open("wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            for name, text in texts.items():
                data = text.encode("utf-8")
                member = tarfile.TarInfo(f"{slug(about)}/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    except OSError as error:
        raise StoreError(f"cannot write the archive: {error}", where=str(path)) from None
