"""One controller writes a run at a time: a lock that dies with its holder, on the run's plan."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from harness.errors import LeaseHeldError
from harness.store import layout
from harness.store.files import refuse

# file systems without locks (some network mounts): one user, one controller is assumed there
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


class RunLock:
    """Held from the constructor to `release`; LeaseHeldError while another controller writes."""

    def __init__(self, folder: Path) -> None:
        path = folder / layout.PLAN
        try:
            self._descriptor: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            refuse(error, path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise LeaseHeldError(
                "this run is under way: another controller writes it",
                where=str(folder),
                do="wait until it ends, or stop it: `harness stop RUN`",
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                self.release()
                refuse(error, path)

    def release(self) -> None:
        """Let others write; more than once does no harm."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_under_way(folder: Path) -> bool:
    """Say whether a controller is writing this run now."""
    with suppress(OSError):
        descriptor = os.open(folder / layout.PLAN, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False
