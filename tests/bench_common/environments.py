"""Environments of peers: one folder of the user's cache each, pinned, made once, never ours.

A peer that cannot be had is no error: `made` says in words why.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.networks.sources.cache import cache_root

LIMIT_S = 1800.0
_WHOLE = ".whole"  # the last file: an environment without it was cut short


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What one peer needs; `python` is the version that its wheels are for, "" = whichever."""

    name: str
    requirements: tuple[str, ...]
    python: str = ""


@dataclass(frozen=True, kw_only=True)
class Made:
    """The interpreter to start, or why there is none."""

    python: Path | None = None
    why: str = ""


@cache
def made(wanted: Environment) -> Made:
    """Return the environment, installed at the first call on this machine."""
    text = "\n".join((*wanted.requirements, wanted.python or sys.version))
    folder = (
        cache_root() / "peers" / f"{wanted.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    )
    python = folder / "bin" / "python"
    if (folder / _WHOLE).is_file():
        return Made(python=python)
    base = _interpreter(wanted.python)
    if not base:
        return Made(why=f"{wanted.name} has wheels for Python {wanted.python} only: none here")
    shutil.rmtree(folder, ignore_errors=True)
    why = _run(base, "-m", "venv", str(folder)) or _run(
        str(python),
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--only-binary", ":all:", *wanted.requirements),
    )
    if why:
        shutil.rmtree(folder, ignore_errors=True)
        return Made(why=f"{wanted.name} could not be installed: {why}")
    (folder / _WHOLE).touch()
    return Made(python=python)


def _interpreter(version: str) -> str:
    if version in ("", f"{sys.version_info.major}.{sys.version_info.minor}"):
        return sys.executable
    return shutil.which(f"python{version}") or ""


def _run(*argv: str) -> str:
    """Return why it failed, or nothing."""
    try:
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"not done in {LIMIT_S:.0f} s"
    if done.returncode == 0:
        return ""
    errors = [row for row in done.stderr.splitlines() if row.startswith("ERROR:")]
    # words for a page: no addresses of anybody's index
    told = [row.removeprefix("ERROR:").strip() for row in errors if "://" not in row]
    return told[-1] if told else f"status {done.returncode}"
