"""Follow one worker's spool: start it, read its frames, re-attach after a lost link, cancel.

The worker on the board goes on without us; a link error is never a result.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from harness.errors import (
    BoardError,
    HarnessError,
    LeaseHeldError,
    LinkError,
    WorkerLostError,
)
from harness.session.link import Control, Patience, Say
from harness.session.ready import Ready
from harness.transport.base import Stream
from harness.transport.frames import Frame, FrameReader

RUNNER_LEASED = 75
RUNNER_REFUSED = 2
# what a shell says of a program that is not there, or cannot be executed
NO_RUNNER = (126, 127)
RUNNER_SPOOL = 74
WORKER_GONE = 3
CANCEL_AGAIN_S = 0.5
# a worker that has not closed its spool so long after its deadline never will
OVERTIME_S = 60.0
LONGEST_S = 30 * 86400.0  # timers take no infinity


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a worker is started with, and where its spool lies on the board.

    `has_begun`: it was started by an earlier controller, so it is only attached to.
    """

    run: str
    job: bytes
    directory: str
    deadline_s: float = math.inf  # of the worker itself; it is not followed for much longer
    has_begun: bool = False

    @property
    def spool(self) -> str:
        """Path of the spool on the board."""
        return f"{self.directory}/runs/{self.run}.spool"


def has_spool(ready: Ready, order: Order) -> bool:
    """Say whether a worker of this name was started on the board; LinkError."""
    argv = ["sh", "-c", '[ -e "$1" ]', "sh", order.spool]
    return ready.transport.run(argv).status == 0


def follow(ready: Ready, order: Order, control: Control, say: Say) -> Iterator[Frame]:
    """Start the worker, or attach to it, and yield its verified frames until its spool is closed.

    Raises LeaseHeldError when somebody else holds the board, WorkerLostError when worker or spool
    are gone, BoardError when the job is refused, LinkError when the board stays away.
    """
    reader = FrameReader(where=ready.facts.name)
    patience = Patience(ready.link, control, say)
    until = time.monotonic() + order.deadline_s + OVERTIME_S
    begun, is_again = order.has_begun, False
    with _Canceller(ready, order, control):
        while True:
            try:
                begun = begun or reader.next_seq > 0 or (is_again and has_spool(ready, order))
                for frame in _attend(ready, order, reader, until=until, begun=begun):
                    patience.success()
                    yield frame
            except LinkError as error:
                is_again = True
                patience.after(error)
            except (LeaseHeldError, BoardError):
                if begun or not is_again or not _is_ours_after_all(ready, order):
                    raise
            else:
                return


def _is_ours_after_all(ready: Ready, order: Order) -> bool:
    """A start whose answer was lost with the link: what holds the board may be our own worker."""
    with suppress(LinkError):
        return has_spool(ready, order)
    return False


def _attend(
    ready: Ready, order: Order, reader: FrameReader, *, until: float, begun: bool
) -> Iterator[Frame]:
    """`exec` where the worker has not begun, else `tail` from the first frame that is missing."""
    runner = ready.deployed.runner
    argv, stdin = [runner, "exec", "--dir", order.directory], order.job
    if begun:
        first = str(reader.next_seq)
        argv, stdin = [runner, "tail", order.run, "--dir", order.directory, "--from", first], b""
    stream = ready.transport.stream(argv, stdin=stdin)
    # closing it from outside is what ends a wait for lines that never come
    limit = threading.Timer(min(max(until - time.monotonic(), 0), LONGEST_S), stream.close)
    limit.daemon = True
    limit.start()
    try:
        for raw in stream.lines():
            frame = reader.feed(raw)
            if frame is not None:
                yield frame
    finally:
        limit.cancel()
        stream.close()
    if time.monotonic() >= until:
        raise BoardError(
            f"the worker went on past its deadline ({order.deadline_s:.0f} s) and was left",
            where=ready.facts.name,
            do="look at what runs there: `harness boards --clean NAME` removes what has ended",
        )
    _finish(stream, ready.facts.name, begun=begun)


def _finish(stream: Stream, board: str, *, begun: bool) -> None:
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
        raise WorkerLostError(
            "the worker on the board died before it closed its spool",
            where=board,
            do="what it had closed is kept; see the run's log on the board",
        )
    if status in NO_RUNNER or (begun and status == RUNNER_REFUSED):
        raise WorkerLostError(
            f"the runner or its spool is gone from the board: {words}",
            where=board,
            do="did it reboot with its directory in memory? `dir:` can name one on a disk",
        )
    if status == RUNNER_REFUSED:
        raise BoardError(f"the runner refused the job: {words}", where=board)
    if status == RUNNER_SPOOL:
        raise WorkerLostError(
            f"the board cannot write its spool: {words}", where=board, do="make room there"
        )
    raise BoardError(f"the runner ended with status {status}: {words}", where=board)


class _Canceller:
    """Hands the caller's wish to stop to the worker, until the runner has taken it."""

    def __init__(self, ready: Ready, order: Order, control: Control) -> None:
        self._ready, self._order, self._control = ready, order, control
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._control.cancel.wait(timeout=0.2):
            if self._done.is_set():
                return
        # the first tries may come before the worker has begun, or while the link is away
        while not self._done.is_set() and not self._cancelled():
            self._done.wait(CANCEL_AGAIN_S)

    def _cancelled(self) -> bool:
        runner, order = self._ready.deployed.runner, self._order
        argv = [runner, "cancel", order.run, "--dir", order.directory]
        with suppress(HarnessError, OSError):
            return self._ready.transport.run(argv, timeout_s=10).status == 0
        return False
