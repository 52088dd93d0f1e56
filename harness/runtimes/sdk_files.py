"""The files of `sdk/` that users copy: the worker protocol in C and in Python."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("sdk")
NAMES = ("harness_worker.h", "harness_worker.py")


def sdk_files() -> dict[str, bytes]:
    """Return the content of each by its name."""
    return {name: (_FOLDER / name).read_bytes() for name in NAMES}
