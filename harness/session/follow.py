"""Follow one worker's spool: start it, read its frames, re-attach after a lost link, cancel.

The worker on the board goes on without us; a link error is never a result.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from harness.errors import BoardError, HarnessError, LeaseHeldError, LinkError
from harness.session.link import Control, Patience, Say
from harness.session.ready import Ready
from harness.transport.base import Stream
from harness.transport.frames import Frame, FrameReader

RUNNER_LEASED = 75
RUNNER_REFUSED = 2
RUNNER_SPOOL = 74
WORKER_GONE = 3
CANCEL_AGAIN_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a worker is started with, and the name its spool has on the board."""

    run: str
    job: bytes


def follow(ready: Ready, order: Order, control: Control, say: Say) -> Iterator[Frame]:
    """Start the worker and yield its verified frames until its spool is closed.

    Raises LeaseHeldError when somebody else holds the board, BoardError when the job is refused
    or the worker died, LinkError when the board stays away.
    """
    reader = FrameReader(where=ready.facts.name)
    patience = Patience(ready.link, control, say)
    is_first = True
    with _Canceller(ready, order.run, control):
        while True:
            try:
                argv, stdin = _command(ready, order, reader.next_seq, is_first=is_first)
                is_first = False
                stream = ready.transport.stream(argv, stdin=stdin)
                for frame in _frames(stream, reader):
                    patience.success()
                    yield frame
                _finish(stream, ready.facts.name)
            except LinkError as error:
                patience.after(error)
            else:
                return


def _command(
    ready: Ready, order: Order, next_seq: int, *, is_first: bool
) -> tuple[list[str], bytes]:
    """`exec` where the worker has not begun, else `tail` from the first frame that is missing."""
    directory, runner = ready.deployed.directory, ready.deployed.runner
    spool = f"{directory}/runs/{order.run}.spool"
    begun = next_seq > 0 or (
        not is_first and ready.transport.run(["test", "-e", spool]).status == 0
    )
    if not begun:
        return [runner, "exec", "--dir", directory], order.job
    return [runner, "tail", order.run, "--dir", directory, "--from", str(next_seq)], b""


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


class _Canceller:
    """Hands the caller's wish to stop to the worker, until the runner has taken it."""

    def __init__(self, ready: Ready, run: str, control: Control) -> None:
        self._ready, self._run, self._control = ready, run, control
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
        deployed = self._ready.deployed
        argv = [deployed.runner, "cancel", self._run, "--dir", deployed.directory]
        with suppress(HarnessError, OSError):
            return self._ready.transport.run(argv, timeout_s=10).status == 0
        return False
