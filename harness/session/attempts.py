"""The attempts of one session: start or attach, follow, and begin again where a worker was lost.

Only what board or link caused is tried again; a verdict on an item never is.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from harness.boards.facts import environment
from harness.errors import (
    LeaseHeldError,
    LinkError,
    ProtocolError,
    QuarantinedError,
    WorkerLostError,
)
from harness.records.environment import environment_hash
from harness.session.collect import Collector, Payload
from harness.session.deploy import push_blobs
from harness.session.events import Began, Note, Traced, Tried
from harness.session.follow import Order, follow, has_spool
from harness.session.job import render
from harness.session.joules import traces, trial
from harness.session.link import Control, persist
from harness.session.order import job_of
from harness.session.pace import Pace

if TYPE_CHECKING:
    from harness.errors import BoardError
    from harness.session.account import Account, Emit
    from harness.session.judge import Context
    from harness.session.metering import Metering
    from harness.session.order import Session

LOST_AT_MOST = 2
LEASE_POLL_S = 5.0


class Attempts:
    """Carries one session through its attempts; `in_flight`: a worker may be at work there."""

    def __init__(
        self,
        session: Session,
        control: Control,
        account: Account,
        emit: Emit,
        metering: Metering,
    ) -> None:
        self._session, self._control = session, control
        self._metering = metering
        self._account, self._emit = account, emit
        self._ready = session.ready
        self._lost = 0
        self._lease_until = time.monotonic() + session.wait_s
        self.in_flight = False

    def run(self) -> None:
        """Attend every attempt there is, and begin new ones while items are open.

        Raises QuarantinedError when the board keeps failing, and what `follow` raises.
        """
        for number in count(1):
            if not self._account.open_works:
                return
            try:
                if self._exists(number):
                    self._attend(number, has_begun=True)
                elif number > self._session.begun:
                    if self._control.cancel.is_set():
                        self._account.skip_rest("stopped before this board had its turn")
                        return
                    self._begin(number)
                    return
            except WorkerLostError as error:
                self._after(error)

    def _exists(self, number: int) -> bool:
        """Whether an earlier controller's worker left a spool of this attempt; LinkError."""
        if not self._session.is_resumed:
            return False
        order = self._order(number, b"", has_begun=True)
        return persist(
            self._ready.link, self._control, self._say, lambda: has_spool(self._ready, order)
        )

    def _begin(self, number: int) -> None:
        self._push()
        self._attend(number, has_begun=False)

    def _attend(self, number: int, *, has_begun: bool) -> None:
        # frames of a worker that was not followed from its start come late, who knows how much
        pace = None if has_begun else Pace(begun_s=time.monotonic())
        collector = Collector(pace=pace)
        self._account.begin(collector, self._context(number, has_begun=has_begun))
        window_s = self._metering.window_s
        job = job_of(
            self._session, self._ready, self._account.open_works, number, metered_s=window_s
        )
        order = self._order(number, render(job), has_begun=has_begun)
        if not has_begun:
            self._emit(self._began(number))
        try:
            self._follow(replace(order, deadline_s=job.deadline_s), collector)
        finally:
            found = traces(self._ready.facts.name, collector)
            if found:
                self._emit(Traced(board=self._ready.facts.name, traces=found))
            if (
                collector.idle or collector.sampling_cost
            ):  # the job came as far as its energy windows
                tried = trial(self._ready.facts, collector)
                steps = (*tried.load_steps, *self._metering.load_steps)
                tried = replace(tried, load_steps=steps)
                self._emit(Tried(board=self._ready.facts.name, trial=tried))

    def _follow(self, order: Order, collector: Collector) -> None:
        while True:
            self.in_flight = True
            try:
                for frame in follow(self._ready, order, self._control, self._say):
                    self._require_our_runner(frame.payload)
                    collector.feed(frame)
                    self._account.frame(frame.payload)
            except LinkError:
                raise  # only then is it unknown what goes on there
            except LeaseHeldError as error:
                self.in_flight = False
                if not self._may_wait(error):
                    return
            except BaseException:
                self.in_flight = False
                raise
            else:
                self.in_flight = False
                return

    def _require_our_runner(self, payload: Payload) -> None:
        """The first frame says which runner writes this spool: the one that was pushed, or none."""
        pushed, seen = self._account.context.runner_sha256, payload.get("runner_sha256")
        if payload.get("kind") == "hello" and seen != pushed:
            raise ProtocolError(
                f"the spool is of runner {str(seen)[:12]}, pushed was {pushed[:12]}",
                where=self._ready.facts.name,
                do="somebody else writes there: give this board a `dir:` of its own",
            )

    def _may_wait(self, error: LeaseHeldError) -> bool:
        """Pause while the user's patience for a lease lasts; False when he stopped the run."""
        if not self._control.cancel.is_set():
            left_s = self._lease_until - time.monotonic()
            if left_s <= 0:
                raise error
            self._say(f"waiting: {error.what}")
            self._control.cancel.wait(min(LEASE_POLL_S, left_s))
        if self._control.cancel.is_set():
            self._account.skip_rest("stopped while waiting for the lease")
        return not self._control.cancel.is_set()

    def _after(self, error: WorkerLostError) -> None:
        """Account for a lost worker and make the board ready again, if it deserves it."""
        self._account.lost(error)
        if not self._account.open_works or self._control.cancel.is_set():
            return
        self._lost += 1
        if self._lost >= LOST_AT_MOST and not self._ready.link.recover(self._say):
            raise _quarantined(error, self._lost)
        self._say(f"{error.what}; making it ready again")
        self._ready = persist(self._ready.link, self._control, self._say, self._ready.again)
        self._metering.renew(self._ready)

    def _push(self) -> None:
        works = self._account.open_works
        blobs = {blob.sha256: blob for work in works for blob in work.blobs}
        if blobs:
            self._say(f"checking {len(blobs)} files")

        def push() -> None:
            push_blobs(self._ready.transport, self._ready.deployed, blobs.values())

        persist(self._ready.link, self._control, self._say, push)

    def _order(self, number: int, job: bytes, *, has_begun: bool) -> Order:
        past = self._session.past_of(number)
        directory = past.directory if past else self._ready.deployed.directory
        spool = self._session.spool(number)
        return Order(run=spool, job=job, directory=directory, has_begun=has_begun)

    def _context(self, number: int, *, has_begun: bool) -> Context:
        past = self._session.past_of(number) if has_begun else None
        runner = past.runner_sha256 if past else self._ready.deployed.sha256
        state = past.environment if past else environment_hash(environment(self._ready.facts))
        return replace(
            self._account.context,
            facts=self._ready.facts,
            environment=state,
            runner_sha256=runner,
            attempt=number,
            spool=self._session.spool(number),
        )

    def _began(self, number: int) -> Began:
        facts, deployed = self._ready.facts, self._ready.deployed
        return Began(
            board=facts.name,
            attempt=number,
            directory=deployed.directory,
            runner_sha256=deployed.sha256,
            environment=environment(facts),
        )

    def _say(self, words: str) -> None:
        self._emit(Note(board=self._ready.facts.name, words=words))


def _quarantined(error: BoardError, times: int) -> QuarantinedError:
    return QuarantinedError(
        f"quarantined for the rest of this run after {times} lost workers: {error.what}",
        where=error.where,
        do=error.do,
    )
