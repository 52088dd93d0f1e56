"""The `harness` command as a user runs it: a process, its own configuration and results folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server

LIMIT_S = 300

# one short repetition of each item: what is tested is the road, not the number
BRIEF = """\
protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0}
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str


class User:
    """A person with an empty configuration in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results"
        self.config = folder / "config"
        self.environment = {
            **os.environ,
            "HARNESS_RESULTS": str(self.results),
            "HARNESS_CONFIG": str(self.config),
            "COLUMNS": "160",
        }

    def start(self, *words: str, **changes: Any) -> subprocess.Popen[str]:
        """Start `harness WORDS` in the user's folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "harness", *words],
            cwd=self.folder,
            env={**self.environment, **changes},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def harness(self, *words: str, **changes: Any) -> Ended:
        """Run `harness WORDS` to its end."""
        process = self.start(*words, **changes)
        out, err = process.communicate(timeout=LIMIT_S)
        return Ended(code=process.returncode, out=out, err=err)

    def write(self, name: str, text: str) -> Path:
        """Put a file into the user's folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def suite(self, boards: str, matrix: str, head: str = BRIEF) -> Path:
        """Put a suite into the user's folder; `matrix` are its indented list entries."""
        text = f"suite: test\nboards: [{boards}]\n{head}matrix:\n{matrix}\n"
        return self.write("suite.yaml", text)

    def know(self, server: Server, name: str, **keys: object) -> None:
        """Add a running server to boards.yaml and trust its key, as `boards add` would."""
        self.config.mkdir(exist_ok=True)
        place = server.host if server.port == 22 else f"[{server.host}]:{server.port}"
        with (self.config / "known_hosts").open("a", encoding="utf-8") as known:
            known.write(f"{place} {server.host_key}\n")
        entry = {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "identity": str(server.identity),
            **keys,
        }
        path = self.folder / "boards.yaml"
        head = path.read_text(encoding="utf-8") if path.exists() else "boards:\n"
        path.write_text(f"{head}  {name}: {json.dumps(entry)}\n", encoding="utf-8")

    def rows(self) -> list[dict[str, Any]]:
        """Return the measurements of the newest run."""
        newest = max(self.results.glob("*/*/*/measurements.jsonl"), key=lambda p: p.parent.name)
        return [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
