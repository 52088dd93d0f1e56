"""One session, from its first attempt to the last accounted item."""

from __future__ import annotations

from dataclasses import replace

from harness.errors import HarnessError, LinkError
from harness.session.account import Account, Emit
from harness.session.attempts import Attempts
from harness.session.events import Closed, Failed, Note, Traced
from harness.session.judge import skipped
from harness.session.link import Control
from harness.session.metering import Metering
from harness.session.order import Session


def carry_out(session: Session, control: Control, emit: Emit) -> None:
    """Run the session; every planned item is accounted for by one Closed, whatever happens.

    An item that was tried again has a Closed for each attempt before (`is_open`).
    """
    board = session.ready.facts.name

    def say(words: str) -> None:
        emit(Note(board=board, words=words))

    failed: Exception | None = None
    wanted = any(work.item.energy for work in session.works)
    with Metering(session.ready, session.reach, say, wanted=wanted) as metering:
        context = replace(session.context, meters=metering.energies)
        account = Account(context, session.works, emit)
        attempts = Attempts(session, control, account, emit, metering)
        try:
            for planned in session.skips:
                emit(Closed(board=board, measurement=skipped(session.context, planned)))
            attempts.run()
        except Exception as error:  # noqa: BLE001 - a thread's bug must reach the caller
            failed = error
        account.close_rest(failed if isinstance(failed, HarnessError) else None)
        found = metering.take_traces()
        if found:
            emit(Traced(board=board, traces=found))
    failed = failed or account.bug
    if failed is not None:
        has_more = isinstance(failed, LinkError) and attempts.in_flight
        emit(Failed(board=board, error=failed, has_more=has_more))
