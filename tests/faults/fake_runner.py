"""`harness` with another runner than its own: what is pushed lies, everything else is real."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.toolchain.build import Binary
from tests.helpers import planted
from tests.helpers.cli import BRIEF, Ended, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Lie = dict[str, Any]

LIMIT_S = 240
GEMM = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
_PROGRAM = Path(__file__).with_name("fake_runner_program.py")
# the command itself, with a runner of the test's; at its end it says what memory it took
_HARNESS = """\
import sys
from pathlib import Path
from harness.toolchain import find
from harness.toolchain.build import Binary

path, sha256, place, *sys.argv[1:] = sys.argv[1:]
binary = Binary(path=Path(path), sha256=sha256, size_bytes=0, target="x86_64")
find.runner = lambda target, progress=None: binary

def peak_kib():
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(row.split()[1] for row in rows if row.startswith("VmHWM:"))

# what every run loads counts for the start
import harness.commands.run, harness.report.render, harness.session.run, paramiko, scipy.special
before = peak_kib()
try:
    from harness.cli import main
    main()
finally:
    Path(place).write_text(before + " " + peak_kib())
"""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A `harness run` against boards that lie: how it ended, and what came of it."""

    ended: Ended
    rows: Mapping[str, dict[str, Any]]  # by board: each has one item
    report: str
    grown_bytes: int

    def codes(self, board: str) -> set[str]:
        """Return the rules that the board's item broke."""
        return {reason["rule"] for reason in self.rows[board].get("reasons", ())}

    def words(self, board: str) -> str:
        """Return why the board's item is not OK."""
        return "; ".join(reason["words"] for reason in self.rows[board].get("reasons", ()))


def fake(folder: Path, lies: Mapping[str, Sequence[Lie]]) -> Binary:
    """Write the runner that tells `lies[name]` on the board whose directory is called `name`."""
    settings = json.dumps({"real": str(planted.good().path), "lies": dict(lies)})
    head = f"#!{sys.executable}\n"
    data = f"{head}{_PROGRAM.read_text(encoding='utf-8')}\n# {settings}\n".encode()
    path = folder / "fake_runner"
    path.write_bytes(data)
    path.chmod(0o755)
    sha256 = hashlib.sha256(data).hexdigest()
    return Binary(path=path, sha256=sha256, size_bytes=len(data), target="x86_64")


def run(
    folder: Path,
    lies: Mapping[str, Sequence[Lie]],
    *,
    head: str = BRIEF,
    roots: Mapping[str, Path] | None = None,
) -> Told:
    """Measure one GEMM on a board for each lie, and draw the report."""
    user = User(folder)
    roots = roots or {}
    # to look for a runtime on each of so many boards would take longer than all the rest
    runtimes = {"onnxruntime": "/nowhere"}
    boards = {
        name: {
            "dir": f"{folder}/boards/{name}",
            "root": str(roots.get(name, "/")),
            "runtimes": runtimes,
        }
        for name in lies
    }
    user.write("boards.yaml", json.dumps({"boards": boards}))
    user.suite(", ".join(lies), GEMM, head)
    binary, memory = fake(folder, lies), folder / "memory"
    for name in lies:
        # pushed before: among this many boards in one process, a fork of one may hold another's
        # runner open for writing just when it is to be started ("text file busy")
        place = folder / "boards" / name / "harness" / binary.sha256
        place.mkdir(parents=True)
        shutil.copy(binary.path, place / "runner")
    argv = [sys.executable, "-c", _HARNESS, str(binary.path), binary.sha256, str(memory)]
    done = subprocess.run(
        [*argv, "run", "suite.yaml"],
        cwd=folder,
        env=user.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert memory.is_file(), f"ended with {done.returncode}: {done.stdout}{done.stderr}"
    before, after = (int(word) * 1024 for word in memory.read_text().split())
    ended = Ended(code=done.returncode, out=done.stdout, err=done.stderr)
    rows = user.rows()
    assert sorted(row["board"] for row in rows) == sorted(lies), "planned == accounted"
    report = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    return Told(
        ended=ended,
        rows={row["board"]: row for row in rows},
        report=report,
        grown_bytes=after - before,
    )


def assert_no_number(row: Mapping[str, Any]) -> None:
    """Hold that a row carries nothing that could be taken for a result."""
    numbers = {"latency_ns", "inferences_per_s", "ops_per_s", "peak_share", "cpu_ns"}
    assert not numbers & row.keys(), row
    assert not row.get("energy"), row
    json.dumps(row, allow_nan=False)
