"""Writing that survives a power cut: whole files by rename, lines by one counted write."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any, NoReturn

from harness.errors import StoreError
from harness.units import size_bytes

_DO = {
    errno.ENOSPC: "the disk is full: free some space and run it again; what is stored is kept",
    errno.EDQUOT: "the quota is used up: free some space and run it again; what is stored is kept",
    errno.EFBIG: "the file size limit is reached (ulimit -f)",
    errno.EROFS: "the disk is read-only: set HARNESS_RESULTS to a folder you may write",
    errno.EACCES: "set HARNESS_RESULTS to a folder you may write",
    errno.EPERM: "set HARNESS_RESULTS to a folder you may write",
    errno.ENOTDIR: "a part of the path is a file: set HARNESS_RESULTS to another folder",
    errno.ELOOP: "links are not followed here: remove it",
}


def refuse(error: OSError, path: Path) -> NoReturn:
    """Raise the StoreError for an OSError at `path`."""
    what = f"cannot write results: {error.strerror or error}{room_left(error, path)}"
    do = _DO.get(error.errno or 0, "set HARNESS_RESULTS to another folder")
    raise StoreError(what, where=str(path), do=do) from error


def room_left(error: OSError, path: Path) -> str:
    """Return `, 12 KiB free` for an error that a full disk makes, else nothing."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return ""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return ""
    # some file systems do not count files, and say 0 of 0
    if disk.f_files and not disk.f_favail:
        return ", room for 0 files more"
    return f", {size_bytes(disk.f_bavail * disk.f_frsize)} free"


def canonical(data: Any) -> str:  # noqa: ANN401 - JSON data has no closer type
    """Return ASCII JSON on one line; raises ValueError for NaN and infinities."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


def make_folder(path: Path) -> None:
    """Create `path` and its parents; raises StoreError when it exists or cannot be made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir()
        _sync_folder(path.parent)
    except OSError as error:
        refuse(error, path)


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` at once: nobody ever sees a part of it, even after a power cut."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(temporary, flags, 0o644)
        try:
            _write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        refuse(error, path)


class Appender:
    """An append-only file: each record is one write, counted and synced before `append` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._why = StoreError("closed", where=str(path))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._descriptor: int | None = os.open(path, flags, 0o644)
        except OSError as error:
            refuse(error, path)

    def append(self, record: bytes) -> None:
        """Write one record. After a failure the file takes no more, and says the same again."""
        if self._descriptor is None:
            raise self._why
        try:
            written = os.write(self._descriptor, record)
            _sync_data(self._descriptor)
        except OSError as error:
            self._give_up(error)
        if written != len(record):
            # a short write means that the next one would have failed
            short = f"{os.strerror(errno.ENOSPC)} ({written} of {len(record)} bytes written)"
            self._give_up(OSError(errno.ENOSPC, short))

    def _give_up(self, error: OSError) -> NoReturn:
        self.close()
        try:
            refuse(error, self.path)
        except StoreError as why:
            # what a caller stores on its way out must not hide the first cause
            self._why = why
            raise

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a plain file; raises StoreError when it cannot be read or is a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            return file.read()
    except OSError as error:
        raise StoreError(f"cannot read: {error.strerror}", where=str(path)) from error


def sha256(data: bytes) -> str:
    """Return the hex digest."""
    return hashlib.sha256(data).hexdigest()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = os.write(descriptor, view)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]


def _sync_data(descriptor: int) -> None:
    # macOS has no fdatasync; its fsync does at least as much
    getattr(os, "fdatasync", os.fsync)(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
