"""The user's cache folder: files appear whole or not at all; readers check hashes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from harness.errors import NetworkError


def cache_root() -> Path:
    """Return `$HARNESS_CACHE`, else `~/.cache/harness` (it need not exist)."""
    given = os.environ.get("HARNESS_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "harness"


def keep(path: Path, data: bytes) -> None:
    """Write `data` at `path` in one step; raises NetworkError where the cache cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NetworkError(
            f"cannot write: {error.strerror}",
            where=str(path),
            do="free space there, or point HARNESS_CACHE at another folder",
        ) from None


def read(path: Path) -> bytes | None:
    """Return the file's bytes, None when there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None
