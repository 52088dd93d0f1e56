"""One session, from its first attempt to the last accounted item."""

from __future__ import annotations

from harness.errors import HarnessError, LinkError
from harness.session.account import Account, Emit
from harness.session.attempts import Attempts
from harness.session.events import Closed, Failed
from harness.session.judge import skipped
from harness.session.link import Control
from harness.session.order import Session


def carry_out(session: Session, control: Control, emit: Emit) -> None:
    """Run the session; every planned item is accounted for by one Closed, whatever happens.

    An item that was tried again has a Closed for each attempt before (`is_open`).
    """
    board = session.ready.facts.name
    account = Account(session.context, session.works, emit)
    attempts = Attempts(session, control, account, emit)
    failed: Exception | None = None
    try:
        for planned in session.skips:
            emit(Closed(board=board, measurement=skipped(session.context, planned)))
        attempts.run()
    except Exception as error:  # noqa: BLE001 - a thread's bug must reach the caller
        failed = error
    account.close_rest(failed if isinstance(failed, HarnessError) else None)
    failed = failed or account.bug
    if failed is not None:
        has_more = isinstance(failed, LinkError) and attempts.in_flight
        emit(Failed(board=board, error=failed, has_more=has_more))
