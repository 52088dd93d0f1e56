"""A virtual environment with the Python runtimes, made once and kept in the user's cache.

Also the oldest interpreters of this machine, for scripts that must run on old boards.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from harness.boards.pythons import PYTHONS

# onnxruntime is the harness's own already
# where version managers keep theirs
_MANAGED = (".pyenv/versions", ".local/share/uv/python")
INSTALLED = ("ncnn", "openvino", "litert")


def _cache() -> Path:
    # not HARNESS_CACHE as a test may have set it: these are 300 MB
    return Path(os.environ.get("HARNESS_TEST_CACHE") or Path.home() / ".cache" / "harness")


@cache
def runtimes_python() -> str:
    """Return the interpreter that has all of INSTALLED; skips where pip cannot reach its index."""
    packages = [PYTHONS[name].package for name in INSTALLED]
    seen = hashlib.sha256(" ".join([*packages, sys.version]).encode()).hexdigest()[:16]
    folder = _cache() / "test-runtimes" / seen
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{seen}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _make(folder, packages)
    return str(folder / "bin" / "python")


def _make(folder: Path, packages: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"the Python runtimes cannot be installed: {done.stderr[-300:]}")
    (folder / "done").touch()


def interpreters() -> list[str]:
    """Return the Pythons of this machine from 3.6 on, one a version; ours is always there."""
    found = {sys.version_info.minor: sys.executable}
    named = [shutil.which(f"python3.{minor}") for minor in range(6, sys.version_info.minor)]
    managed = [p for home in _MANAGED for p in sorted(Path.home().glob(f"{home}/*/bin/python3"))]
    for program in (*named, *map(str, managed)):
        if program is not None and (minor := _minor(program)) is not None:
            found.setdefault(minor, program)
    return [found[minor] for minor in sorted(found) if 6 <= minor <= sys.version_info.minor]


def version(python: str) -> str:
    """Return `3.6` for an interpreter."""
    return f"3.{_minor(python)}"


@cache
def _minor(python: str) -> int | None:
    """Of Python 3; None for a version manager's shim that stands for nothing."""
    asked = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"Python 3\.([0-9]+)", asked.stdout)
    return int(match[1]) if match else None
