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
    HarnessError,
    LeaseHeldError,
    LinkError,
    ModeRefusedError,
    ProtocolError,
    QuarantinedError,
    WorkerLostError,
)
from harness.records.environment import environment_hash
from harness.records.modes import DEFAULT, resolve
from harness.session.collect import Collector, Payload
from harness.session.deploy import push_blobs
from harness.session.events import Began, Note, Traced, Tried
from harness.session.follow import Order, follow, has_spool
from harness.session.guarding import is_left
from harness.session.job import render
from harness.session.joules import traces, trial
from harness.session.link import Control, persist
from harness.session.order import job_of, legs
from harness.session.pace import Pace
from harness.session.tuning import hold, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.errors import BoardError
    from harness.records.board import BoardFacts
    from harness.records.item import Work
    from harness.records.modes import InForce
    from harness.session.account import Account, Emit
    from harness.session.judge import Context
    from harness.session.metering import Metering
    from harness.session.order import Session

LOST_AT_MOST = 2
LEASE_POLL_S = 5.0
# an earlier guard of ours ends within a second of its worker
GUARD_TRIES, GUARD_POLL_S = 10, 0.5


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
        self._in_force: InForce | None = None
        self.in_flight = False

    def run(self) -> None:
        """Attend every attempt there is, and begin new ones while items are open.

        Items of one power mode are one attempt: a mode is set by a guard before, given back after.
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
                    self._begin(number, legs(self._account.open_works)[0])
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

    def _begin(self, number: int, works: Sequence[Work]) -> None:
        """Carry out the items of one power mode; what the board cannot do is skipped."""
        self._push(works)
        self._settle()
        try:
            while not self._tuned(works, number):
                pass
            if self._account.open_works:  # else the user stopped it while it waited
                self._attend(number, has_begun=False, works=works)
                self._account.close_leg()
        except ModeRefusedError as error:
            self._account.skip(works, f"{error.what}; {error.do}" if error.do else error.what)
        except LinkError:
            raise  # the worker goes on, and the guard until it ends
        except BaseException:
            self._give_back()
            raise
        self._give_back()

    def _settle(self) -> None:
        """What an earlier controller's guard holds is given back before anything new begins."""
        ready = self._ready
        if not ready.facts.entry.tune or not self._session.is_resumed:
            return
        if persist(ready.link, self._control, self._say, self._left):
            self._ready = persist(ready.link, self._control, self._say, ready.again)
            self._metering.renew(self._ready)

    def _left(self) -> bool:
        """Whether a guard was still there; it ends with the worker that was just followed."""
        if not is_left(self._ready.transport, self._ready.deployed):
            return False
        words = release(self._ready)
        if words:
            self._say(words)
        return True

    def _tuned(self, works: Sequence[Work], number: int) -> bool:
        """Set the leg's power mode; False when it should be tried again, after a pause."""
        self._in_force = None
        if works[0].item.mode == DEFAULT:
            return True
        ready = self._ready
        mode = resolve(ready.facts.modes, works[0].item.mode)
        if mode is None:
            raise ModeRefusedError(f"this board tells no power mode {works[0].item.mode!r} now")
        window_s = self._metering.window_s
        job = job_of(self._session, ready, works, number, metered_s=window_s)
        again = False

        def set_it() -> InForce:
            nonlocal again
            if again:  # the link went: whether the guard began is unknown
                release(ready)
            again = True
            return hold(ready, mode, job.deadline_s)

        self._say(f"setting power mode {mode.name}")
        for left in reversed(range(GUARD_TRIES)):
            try:
                self._in_force = persist(ready.link, self._control, self._say, set_it)
            except LeaseHeldError as error:
                if left and "another guard" in error.what:
                    self._control.cancel.wait(GUARD_POLL_S)
                    continue
                return not self._may_wait(error)
            return True
        return True

    def _give_back(self) -> None:
        """End the guard while the link is there; without it the guard ends by itself."""
        if self._in_force is None:
            return
        self._in_force = None
        try:
            words = release(self._ready)
        except HarnessError as error:
            words = f"the power mode is given back by the board itself: {error.what}"
        if words:
            self._say(words)

    def _attend(self, number: int, *, has_begun: bool, works: Sequence[Work] | None = None) -> None:
        # frames of a worker that was not followed from its start come late, who knows how much
        pace = None if has_begun else Pace(begun_s=time.monotonic())
        collector = Collector(pace=pace)
        self._account.begin(collector, self._context(number, has_begun=has_begun), works)
        ordered = self._account.open_works if works is None else works
        window_s = self._metering.window_s
        job = job_of(self._session, self._ready, ordered, number, metered_s=window_s)
        order = self._order(number, render(job), has_begun=has_begun)
        if not has_begun:
            self._emit(self._began(number))
        try:
            self._follow(replace(order, deadline_s=job.deadline_s), collector, works or ())
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

    def _follow(self, order: Order, collector: Collector, works: Sequence[Work]) -> None:
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
                self._give_back()  # who holds the board gets it as it was
                if not self._may_wait(error):
                    return
                while works and not self._tuned(works, self._account.context.attempt):
                    pass
                if not self._account.open_works:
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
        for words in self._ready.notes:
            self._say(words)

    def _push(self, works: Sequence[Work]) -> None:
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
        state = past.environment if past else environment_hash(environment(self._facts))
        return replace(
            self._account.context,
            facts=self._facts,
            environment=state,
            runner_sha256=runner,
            attempt=number,
            spool=self._session.spool(number),
        )

    def _began(self, number: int) -> Began:
        facts, deployed = self._facts, self._ready.deployed
        return Began(
            board=facts.name,
            attempt=number,
            directory=deployed.directory,
            runner_sha256=deployed.sha256,
            environment=environment(facts),
        )

    @property
    def _facts(self) -> BoardFacts:
        """The board in the power mode that is set there."""
        facts, mode = self._ready.facts, self._in_force
        return replace(facts.within(mode.name), in_force=mode) if mode else facts

    def _say(self, words: str) -> None:
        self._emit(Note(board=self._ready.facts.name, words=words))


def _quarantined(error: BoardError, times: int) -> QuarantinedError:
    return QuarantinedError(
        f"quarantined for the rest of this run after {times} lost workers: {error.what}",
        where=error.where,
        do=error.do,
    )
