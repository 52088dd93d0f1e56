"""Any program of the user's own inventory that prints its readings: the way out for every meter.

It runs on the controller as the user, by an argv and never a shell. Suites cannot name one.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import signal
import subprocess
import time
from collections import deque
from typing import IO, TYPE_CHECKING

from harness.errors import MeterError, MeterGoneError
from harness.power.meters.lines import MAX_LINE, Stamper, parse
from harness.power.meters.meter import Sample, Traits
from harness.units import harmless

if TYPE_CHECKING:
    from harness.records.meter import MeterEntry

# silence of so long is a reason to speak of; the program may still go on afterwards
SILENT_S = 10.0
_WAIT_S = 0.1
_END_S = 2.0
_KEPT_WORDS = 300
_WHERE = "command of the meter"


def traits(entry: MeterEntry) -> Traits:
    """Nothing is known of it: the gain is an assumption, the period wants to be said."""
    del entry
    return Traits(
        scope="board",
        gain=0.03,
        quantum_w=0.01,
        period_ms=1000,
        lag_ms=100,
        minimum_window_s=10.0,
        pushes=True,
    )


def open_meter(entry: MeterEntry) -> Command:
    """Start the program; raises MeterError when there is none."""
    argv = shlex.split(entry.target)
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise MeterError(
            f"{argv[0]!r} cannot be started: {error.strerror}",
            where=_WHERE,
            do="check `meter: {command: ...}` in boards.yaml; a full path helps",
        ) from None
    return Command(child, where=f"{_WHERE} ({os.path.basename(argv[0])})")  # noqa: PTH119 - a word


class Command:
    """The running program."""

    def __init__(
        self, child: subprocess.Popen[bytes], *, where: str, silent_s: float = SILENT_S
    ) -> None:
        self._child = child
        self._where = where
        self._silent_s = silent_s
        self._stamper = Stamper(where=where)
        self._rest = b""
        self._words = b""
        self._ready: deque[Sample | MeterError] = deque()
        self._heard = time.monotonic()
        self._out = _pipe(child.stdout)
        self._err = _pipe(child.stderr)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._out, self._err):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ)

    def read(self) -> Sample | None:
        """Return the next reading, None when a tenth of a second brought none."""
        if not self._ready:
            self._listen()
        if not self._ready:
            self._complain()
            return None
        first = self._ready.popleft()
        if isinstance(first, MeterError):
            raise first
        return first

    def close(self) -> None:
        """End the program, by force when it does not listen."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_END_S)
                break
        self._selector.close()
        self._out.close()
        self._err.close()

    def _listen(self) -> None:
        for key, _ in self._selector.select(_WAIT_S):
            now_ns = time.monotonic_ns()
            with contextlib.suppress(BlockingIOError):
                chunk = os.read(key.fd, 65_536)
                if key.fileobj is self._err:
                    self._words = (self._words + chunk)[-_KEPT_WORDS:]
                elif chunk:
                    self._take(chunk, now_ns)
                if not chunk:
                    self._selector.unregister(key.fileobj)
                    if key.fileobj is self._out:
                        self._ready.append(self._end())

    def _take(self, chunk: bytes, now_ns: int) -> None:
        """Turn whole lines into samples; what is wrong becomes an error in its place."""
        self._heard = time.monotonic()
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        lines = []
        for raw in whole:
            try:
                lines.append(parse(raw.decode("utf-8", "replace"), where=self._where))
            except MeterError as error:
                self._ready.append(error)
        if len(self._rest) > MAX_LINE:
            words = f"printed more than {MAX_LINE} letters without an end of line"
            self._ready.append(MeterError(words, where=self._where))
            self._rest = b""
        self._ready.extend(self._stamper.take(lines, now_ns))

    def _complain(self) -> None:
        if self._out.fileno() not in self._selector.get_map():
            raise MeterGoneError("has ended", where=self._where)
        if time.monotonic() - self._heard > self._silent_s:
            self._heard = time.monotonic()
            raise MeterError(
                f"printed nothing for {self._silent_s:g} s",
                where=self._where,
                do="does it flush each line? (python -u, stdbuf -oL)",
            )

    def _end(self) -> MeterGoneError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_END_S)
        with contextlib.suppress(OSError):
            self._words += os.read(self._err.fileno(), _KEPT_WORDS)
        status = self._child.returncode
        how = "closed its output" if status is None else f"ended with status {status}"
        said = harmless(self._words.decode("utf-8", "replace").strip())[-120:]
        words = f"{how}, saying {said!r}" if said else how
        return MeterGoneError(words, where=self._where)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # never: both were asked for as pipes
        raise MeterError("has no output", where=_WHERE)
    return stream
