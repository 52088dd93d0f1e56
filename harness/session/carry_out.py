"""One session: a plan on one board, from JOB to the last accounted item."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.errors import HarnessError, LeaseHeldError
from harness.power.energy import minimum_window_s
from harness.records.item import Planned, Work
from harness.session.account import Account, Emit
from harness.session.collect import Collector
from harness.session.deploy import push_blobs
from harness.session.events import Closed, Failed, Note, Traced
from harness.session.follow import Order, follow
from harness.session.job import Job, holder, render
from harness.session.joules import traces
from harness.session.judge import Context, skipped
from harness.session.link import Control, persist
from harness.session.ready import Ready

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
    collector = Collector()
    account = Account(session.context, session.works, collector, emit)
    failed: Exception | None = None
    try:
        for planned in session.skips:
            emit(Closed(board=board, measurement=skipped(session.context, planned)))
        if control.cancel.is_set():
            account.skip_rest("stopped before this board had its turn")
        elif session.works:
            _push(session, control, emit)
            _follow(session, control, collector, account, emit)
    except HarnessError as error:
        failed = error
    except Exception as error:  # noqa: BLE001 - a thread's bug must reach the caller
        failed = error
    account.close_rest(failed if isinstance(failed, HarnessError) else None)
    found = traces(board, collector)
    if found:
        emit(Traced(board=board, traces=found))
    failed = failed or account.bug
    if failed is not None:
        emit(Failed(board=board, error=failed))


def _push(session: Session, control: Control, emit: Emit) -> None:
    ready = session.ready
    blobs = {blob.sha256: blob for work in session.works for blob in work.blobs}
    if blobs:
        emit(Note(board=ready.facts.name, words=f"checking {len(blobs)} files"))

    def say(words: str) -> None:
        emit(Note(board=ready.facts.name, words=words))

    def push() -> None:
        push_blobs(ready.transport, ready.deployed, blobs.values())

    persist(ready.link, control, say, push)


def _follow(
    session: Session, control: Control, collector: Collector, account: Account, emit: Emit
) -> None:
    board = session.ready.facts.name
    order = Order(run=session.spool, job=render(job_of(session)))
    until = time.monotonic() + session.wait_s

    def say(words: str) -> None:
        emit(Note(board=board, words=words))

    while True:
        try:
            for frame in follow(session.ready, order, control, say):
                collector.feed(frame)
                account.frame(frame.payload)
        except LeaseHeldError as error:
            if control.cancel.is_set():
                account.skip_rest("stopped while waiting for the lease")
                return
            if time.monotonic() >= until:
                raise
            say(f"waiting: {error.what}")
            control.cancel.wait(LEASE_POLL_S)
        else:
            return
