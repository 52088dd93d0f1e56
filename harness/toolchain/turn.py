"""One build of a target at a time: others wait, and then find what the first one made."""

from __future__ import annotations

import fcntl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

_THREADS: dict[Path, threading.Lock] = {}


@contextmanager
def turn(folder: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold `folder` (made if need be) against the threads of this process and other processes.

    `wait` is called once when somebody else holds it. A process that dies gives its turn back.
    """
    lock = _THREADS.setdefault(folder, threading.Lock())
    free = lock.acquire(blocking=False)
    if not free:
        wait()
        lock.acquire()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab") as file:
            _hold(file, wait if free else None)
            yield
    finally:
        lock.release()


def _hold(file: IO[bytes], wait: Callable[[], None] | None) -> None:
    """Lock the open file until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if wait is not None:
            wait()
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        # a file system without locks: two processes may then do the same work twice, no more
        return
