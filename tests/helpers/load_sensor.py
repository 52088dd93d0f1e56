"""A power sensor in a folder of the test's own, whose milliwatts follow what a runner does."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

WORK = frozenset({b"spin", b"rep"})
IDLE_MW, LOAD_MW = 3000, 7000
Watts = Callable[[bool], int]


def follows(busy: bool) -> int:  # noqa: FBT001 - the one question there is
    """Return what a sound sensor shows."""
    return LOAD_MW if busy else IDLE_MW


class LoadSensor:
    """Rewrites `file` as long as the `with` block lasts.

    `watts` gives what the file holds (always as many digits) for a board with or without a working
    child of any runner below `folder`. `sawtooth` adds a little of what real sensors never lack.
    """

    def __init__(self, file: Path, folder: Path, watts: Watts = follows, sawtooth: int = 4) -> None:
        self._file, self._folder, self._watts, self._sawtooth = file, folder, watts, sawtooth
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: set[bytes] = set()  # verbs of the children that were at work
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{watts(False)}\n", encoding="ascii")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        tick = 0
        while not self._stop.wait(0.004):
            tick += 1
            value = self._watts(self._busy()) + tick % self._sawtooth
            try:
                # in place, and as long as before: no reader ever sees half of it
                descriptor = os.open(self._file, os.O_WRONLY)
            except OSError:
                continue  # the test took the file away
            os.pwrite(descriptor, b"%d\n" % value, 0)
            os.close(descriptor)

    def _busy(self) -> bool:
        verbs = verbs_at_work(self._folder)
        self.seen |= verbs
        return bool(verbs)


def verbs_at_work(folder: Path) -> set[bytes]:
    """Return what working children of any runner below `folder` do right now."""
    processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return {_verb(process, folder) for process in processes} & WORK


def _verb(process: Path, folder: Path) -> bytes:
    try:
        if not (process / "exe").readlink().is_relative_to(folder):
            return b""
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:  # it has ended
        return b""
    return words[1] if len(words) > 1 else b""
