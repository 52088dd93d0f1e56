"""Follow one worker's spool: start it, read its frames, re-attach after a lost link, cancel.

The worker on the board goes on without us; a link error is never a result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.errors import BoardError, HarnessError, LeaseHeldError, LinkError
from harness.transport.frames import Frame, FrameReader

if TYPE_CHECKING:
    from harness.session.ready import Ready
    from harness.transport.base import Stream, Transport

REATTACH_WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
RUNNER_LEASED = 75
RUNNER_REFUSED = 2
RUNNER_SPOOL = 74
WORKER_GONE = 3

Say = Callable[[str], None]


class Control:
    """How the caller asks boards to stop: `cancel` closes items after the current repetition."""

    def __init__(self) -> None:
        self.cancel = threading.Event()


def follow(ready: Ready, run: str, job: bytes, control: Control, say: Say) -> Iterator[Frame]:
    """Start the worker with `job` and yield its verified frames until its spool is closed.

    Raises LeaseHeldError when somebody else holds the board, BoardError when the job is refused
    or the worker died, LinkError when the board stays away.
    """
    directory = ready.deployed.directory
    start = [ready.deployed.runner, "exec", "--dir", directory]
    reader = FrameReader()
    transport = ready.transport
    attempts = iter(REATTACH_WAITS_S)
    argv, stdin = start, job
    with _Canceller(ready, run, control):
        while True:
            try:
                stream = transport.stream(argv, stdin=stdin)
                yield from _frames(stream, reader)
                _finish(stream, ready.facts.name)
            except LinkError as error:
                wait_s = next(attempts, None)
                if wait_s is None:
                    raise
                say(f"{error.what}; the work goes on there, re-attaching")
                transport = _reopen(ready, transport, wait_s)
                after = str(reader.next_seq)
                argv = [ready.deployed.runner, "tail", run, "--dir", directory, "--from", after]
                stdin = b""
                # nothing has come yet: it may never have started, and exec refuses a second start
                if reader.next_seq == 0 and not _started(transport, directory, run):
                    argv, stdin = start, job
            else:
                return


def _frames(stream: Stream, reader: FrameReader) -> Iterator[Frame]:
    try:
        for raw in stream.lines():
            frame = reader.feed(raw)
            if frame is not None:
                yield frame
    finally:
        stream.close()


def _finish(stream: Stream, board: str) -> None:
    status = stream.status()
    words = stream.stderr().decode(errors="replace").strip()[-400:]
    if status == 0:
        return
    if status is None:
        raise LinkError("the link was lost", where=board)
    if status == RUNNER_LEASED:
        raise LeaseHeldError(
            words or "leased by another run", where=board, do="wait for it: --wait 30m"
        )
    if status == WORKER_GONE:
        raise BoardError(
            "the worker on the board died before it closed its spool",
            where=board,
            do="what it had closed is kept; see the run's log on the board",
        )
    if status == RUNNER_REFUSED:
        raise BoardError(f"the runner refused the job: {words}", where=board)
    if status == RUNNER_SPOOL:
        raise BoardError(f"the board cannot write its spool: {words}", where=board)
    raise BoardError(f"the runner ended with status {status}: {words}", where=board)


def _reopen(ready: Ready, old: Transport, wait_s: float) -> Transport:
    with suppress(HarnessError):
        old.close()
    time.sleep(wait_s)
    try:
        return ready.reopen(ready.facts.entry)
    except LinkError:
        return old  # closed: the next use raises LinkError and takes the next, longer wait


def _started(transport: Transport, directory: str, run: str) -> bool:
    return transport.run(["test", "-e", f"{directory}/runs/{run}.spool"]).status == 0


class _Canceller:
    """Sends `runner cancel` once when the caller asks for it, beside the running stream."""

    def __init__(self, ready: Ready, run: str, control: Control) -> None:
        self._ready, self._run, self._control = ready, run, control
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._done.is_set():
            if self._control.cancel.wait(timeout=0.2):
                deployed = self._ready.deployed
                argv = [deployed.runner, "cancel", self._run, "--dir", deployed.directory]
                with suppress(HarnessError):
                    self._ready.transport.run(argv, timeout_s=10)
                return
