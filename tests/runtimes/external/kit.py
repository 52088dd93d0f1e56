"""What the tests of programs share: examples built once, a user who declares them, the runs."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.runtimes.sdk_files import sdk_files
from tests.bench_kernels import outside

if TYPE_CHECKING:
    from tests.helpers.cli import User

EXAMPLES = Path(__file__).parent / "examples"
SIZES = '"{a}", "{b}", "{m}", "{n}", "{k}"'


@functools.cache
def folder() -> Path:
    """Return a folder with the examples and the SDK, for as long as the tests run."""
    place = Path(tempfile.mkdtemp(prefix="harness-examples-"))
    for path in EXAMPLES.iterdir():
        if path.is_file():
            shutil.copy(path, place)
    for name, data in sdk_files().items():
        (place / name).write_bytes(data)
    return place


@functools.cache
def gemm(change: str = "") -> Path:
    """Return the C example, compiled; `change` OLD=>NEW makes another program of it."""
    source = (folder() / "gemm.c").read_text(encoding="utf-8")
    old, _, new = change.partition("=>")
    assert old in source
    path = folder() / f"gemm{abs(hash(change)) if change else ''}"
    path.with_suffix(".c").write_text(source.replace(old, new) if change else source)
    compile_with("cc", "-O2", "-Wall", "-Wextra", "-Werror", f"{path}.c", "-o", str(path))
    return path


@functools.cache
def bench() -> Path:
    """Return the Google Benchmark example, compiled with the machine's own library."""
    path = folder() / "bench"
    source = str(folder() / "bench.cpp")
    compile_with("c++", "-O2", source, "-o", str(path), "-lbenchmark", "-lpthread")
    return path


def bnn_lab() -> Path:
    """Return bnn-lab's own library, downloaded once by its pinned version."""
    if outside.bnn_lab() is None:
        outside.HOME.mkdir(parents=True, exist_ok=True)
        outside._wheel("bnn-lab", outside.BNN_LAB)
    found = outside.bnn_lab()
    assert found is not None, "bnn-lab could not be downloaded"
    return found


def compile_with(*argv: str) -> None:
    """Run a compiler; what it says is the failure's text."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def script(user: User, name: str, text: str) -> None:
    """Put a shell script into the user's folder."""
    user.write(name, f"#!/bin/sh\n{text}\n")


def declare(user: User, *lines: str) -> None:
    """Write harness.yaml."""
    user.write("harness.yaml", "externals:\n" + "".join(f"  {line}\n" for line in lines))


def measure(user: User, *names: str, matrix: str = "") -> dict[str, dict[str, Any]]:
    """Run a suite that names these programs, and return its rows by runtime."""
    # a lease of one's own: other tests may hold the machine's
    (user.folder / "on-board").mkdir(exist_ok=True)
    user.write("boards.yaml", f"boards: {{local: {{dir: {user.folder}/on-board}}}}\n")
    user.suite("local", matrix or f"  - {{externals: [{', '.join(names)}]}}")
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code in {0, 4}, ended.err
    return {row["runtime"].removeprefix("external:"): row for row in user.rows()}
