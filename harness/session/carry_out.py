"""One session: a plan on one board, from JOB to the last accounted item."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.errors import HarnessError, LeaseHeldError
from harness.power.energy import minimum_window_s
from harness.records.item import Planned, Work
from harness.records.measurement import Status
from harness.session.collect import Collector, Payload
from harness.session.deploy import push_blobs
from harness.session.events import Advanced, Closed, Event, Failed, Framed, Note, Peaks
from harness.session.follow import Control, follow
from harness.session.job import Job, holder, render
from harness.session.judge import Context, absent, judge, skipped
from harness.session.ready import Ready

Emit = Callable[[Event], None]
EMULATION_SLOWNESS = 10
LEASE_POLL_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Session:
    """A board that is ready, the work for it, and what the plan skips there."""

    ready: Ready
    context: Context
    works: Sequence[Work]
    skips: Sequence[Planned] = ()
    isa_mask: str = ""
    wait_s: float = 0.0

    @property
    def spool(self) -> str:
        """Name of this session on the board; two names of one machine must not share a spool."""
        board = hashlib.sha256(self.ready.facts.name.encode()).hexdigest()[:8]
        return f"{self.context.run}.{board}"


def job_of(session: Session) -> Job:
    """Return the JOB this session would send."""
    facts = session.ready.facts
    protocol = session.context.plan.protocol
    slowness = EMULATION_SLOWNESS if facts.emulated else 1
    return Job(
        run=session.spool,
        holder=holder(),
        runner_sha256=session.ready.deployed.sha256,
        lease=session.ready.deployed.lease,
        seed=session.context.plan.seed,
        protocol=replace(protocol, energy_window_s=_window_s(session)),
        works=session.works,
        cpu_list=facts.cpu_list,
        deadline_s=int(max(600, 4 * protocol.budget_s)) * slowness,
        timeout_s=120 * slowness,
        isa_mask=session.isa_mask,
        root=facts.entry.root,
        watch=facts.watch,
        sensors=facts.sensors,
    )


def _window_s(session: Session) -> float:
    """The profile's energy window, or longer where the slowest sensor needs it."""
    wanted = session.context.plan.protocol.energy_window_s
    return max(wanted, minimum_window_s(session.ready.facts.sensors))


def carry_out(session: Session, control: Control, emit: Emit) -> None:
    """Run the session; every planned item is emitted as Closed exactly once, whatever happens."""
    board = session.ready.facts.name
    for planned in session.skips:
        emit(Closed(board=board, measurement=skipped(session.context, planned)))
    collector = Collector()
    account = _Account(session, collector, emit)
    try:
        if session.works:
            _push(session, emit)
            _follow(session, control, collector, account, emit)
    except HarnessError as error:
        account.close_rest(error)
        emit(Failed(board=board, error=error))
    except BaseException as error:  # noqa: BLE001 - a thread's bug must reach the caller
        account.close_rest(None)
        emit(Failed(board=board, error=_as_exception(error)))
    else:
        account.close_rest(None)


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(repr(error))


def _push(session: Session, emit: Emit) -> None:
    blobs = {blob.sha256: blob for work in session.works for blob in work.blobs}
    if blobs:
        emit(Note(board=session.ready.facts.name, words=f"checking {len(blobs)} files"))
    push_blobs(session.ready.transport, session.ready.deployed, blobs.values())


def _follow(
    session: Session, control: Control, collector: Collector, account: _Account, emit: Emit
) -> None:
    board = session.ready.facts.name
    job = render(job_of(session))
    until = time.monotonic() + session.wait_s

    def say(words: str) -> None:
        emit(Note(board=board, words=words))

    while True:
        try:
            for frame in follow(session.ready, session.spool, job, control, say):
                collector.feed(frame)
                emit(Framed(board=board, payload=frame.payload))
                account.frame(frame.payload)
        except LeaseHeldError as error:
            if time.monotonic() >= until or control.cancel.is_set():
                raise
            say(f"waiting: {error.what}")
            control.cancel.wait(LEASE_POLL_S)
        else:
            return


class _Account:
    """Planned == accounted: emits each work's Closed once, as early as it is final."""

    def __init__(self, session: Session, collector: Collector, emit: Emit) -> None:
        self._session, self._collector, self._emit = session, collector, emit
        self._open = {work.item.item_id: work for work in session.works}
        self._repetitions = 0

    def frame(self, payload: Payload) -> None:
        """React to one frame: progress, peaks, a final close."""
        board = self._session.ready.facts.name
        kind = payload.get("kind")
        item = str(payload.get("item", ""))
        if kind == "peak":
            self._emit(Peaks(board=board, ops_per_s=dict(self._collector.peaks)))
        elif kind == "sample" and item in self._open:
            self._repetitions += 1
            self._emit(self._advanced(board, item, payload))
        elif kind == "item_end" and payload.get("final") and item in self._open:
            self._close(self._open.pop(item))

    def close_rest(self, error: HarnessError | None) -> None:
        """Account for every item still open; what was proven before `error` keeps its numbers."""
        for work in list(self._open.values()):
            frames = self._collector.items.get(work.item.item_id)
            if error is not None and (frames is None or frames.closing is None):
                context = self._session.context
                row = absent(context, work.item, Status.INFRA, "infra", error.what)
                self._emit(Closed(board=self._session.ready.facts.name, measurement=row))
            else:
                self._close(work)
        self._open.clear()

    def _close(self, work: Work) -> None:
        measurement, samples = judge(self._session.context, work, self._collector)
        board = self._session.ready.facts.name
        self._emit(Closed(board=board, measurement=measurement, samples=tuple(samples)))

    def _advanced(self, board: str, item: str, payload: Payload) -> Advanced:
        total = len(self._session.works) * self._session.context.plan.protocol.repetitions_max
        return Advanced(
            board=board,
            item=item,
            label=self._open[item].item.label,
            repetition=int(payload.get("rep", 0)) + 1,
            done=self._repetitions,
            total=total,
        )
