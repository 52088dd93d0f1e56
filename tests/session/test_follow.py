"""Links that are cut for real while a worker measures: nothing is lost and nothing comes twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import BoardError, LinkError
from harness.records.item import Protocol
from harness.records.measurement import Status
from harness.session import link as linking
from harness.session.carry_out import carry_out
from harness.session.events import Advanced, Closed, Event, Failed, Note
from harness.session.follow import Order, follow
from harness.session.job import render
from harness.session.link import Control
from harness.session.order import Session, job_of
from harness.session.ready import make_ready
from harness.transport.registry import open_transport
from tests.helpers import planted, sshd
from tests.helpers.sessions import real_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.records.board import BoardEntry
    from harness.transport.base import Transport
    from tests.helpers.sshd import Server

REPETITIONS = 8
# about five seconds of measuring: long enough to be cut into, each frame within half a second
PROTOCOL = Protocol(
    repetitions_min=REPETITIONS,
    repetitions_max=REPETITIONS,
    samples=20,
    sample_min_ms=5.0,
    warmup_ms=50.0,
    precision=0.0001,
    budget_s=120.0,
)

pytestmark = pytest.mark.sshd


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of this test's own: its logins are killed."""
    with sshd.openssh() as started:
        yield started


@pytest.fixture
def session(server: Server, tmp_path: Path) -> Iterator[Session]:
    """Two GEMMs on a board behind the server, in a folder of its own."""

    def reach(entry: BoardEntry) -> Transport:
        return open_transport(entry, server.settings(connect_attempts=1))

    binary = planted.good()
    ready = make_ready(server.entry(dir=str(tmp_path)), reach, lambda _: binary)
    yield real_session(ready, PROTOCOL, "w1a1", "w8a8")
    ready.link.close()


def an_order(session: Session, job: bytes) -> Order:
    return Order(run=session.spool(), job=job, directory=session.ready.deployed.directory)


def carried_out(session: Session, server: Server, *cuts: int) -> list[Event]:
    """Carry the session out and cut its link after so many samples."""
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Advanced) and event.done in cuts:
            server.kill_logins()

    carry_out(session, Control(), emit)
    return events


def notes(events: list[Event]) -> list[str]:
    return [e.words for e in events if isinstance(e, Note)]


def assert_whole(events: list[Event], session: Session) -> None:
    """Every planned item closed once, every repetition there once."""
    assert not [e for e in events if isinstance(e, Failed)]
    rows = [e.measurement for e in events if isinstance(e, Closed)]
    planned = [p.item.item_id for p in session.context.plan.items]
    assert sorted(r.item for r in rows) == sorted(planned)
    assert {r.status for r in rows} <= {Status.OK, Status.SUSPECT}
    assert [r.latency_ns and r.latency_ns.repetitions for r in rows] == [REPETITIONS] * len(rows)
    seen = [(s.item, s.repetition) for e in events if isinstance(e, Closed) for s in e.samples]
    assert sorted(seen) == [(i, r) for i in sorted(planned) for r in range(REPETITIONS)]


def test_a_cut_link_is_taken_up_where_it_broke(session: Session, server: Server) -> None:
    events = carried_out(session, server, 3)
    assert len([words for words in notes(events) if "trying again" in words]) == 1
    assert_whole(events, session)


def test_a_link_may_be_cut_more_than_once(session: Session, server: Server) -> None:
    events = carried_out(session, server, 2, 7)
    assert len([words for words in notes(events) if "trying again" in words]) == 2
    assert_whole(events, session)


def test_a_link_cut_before_the_start_starts_the_worker_once(
    session: Session, server: Server
) -> None:
    server.kill_logins()
    order = an_order(session, render(job_of(session, session.ready, session.works)))
    payloads = [f.payload for f in follow(session.ready, order, Control(), lambda _: None)]
    assert payloads[-1]["kind"] == "end"
    assert payloads[-1]["frames"] == len(payloads)


def test_a_board_that_stays_away_keeps_what_it_had_closed(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "WAITS_S", (0.1, 0.1))
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Advanced) and event.done == 5:
            server.kill_logins(for_good=True)

    carry_out(session, Control(), emit)
    (failed,) = [e for e in events if isinstance(e, Failed)]
    assert isinstance(failed.error, LinkError)
    rows = [e.measurement for e in events if isinstance(e, Closed)]
    assert len(rows) == 2
    # two rounds were closed on the board before: a number, and words that it is a short one
    assert {r.status for r in rows} == {Status.SUSPECT}
    assert all({"V20", "partial"} <= {reason.rule for reason in r.reasons} for r in rows)
    assert failed.has_more


def test_a_job_the_runner_does_not_know_is_refused_in_words(session: Session) -> None:
    job = render(job_of(session, session.ready, session.works)).replace(b"samples ", b"smaples ")
    with pytest.raises(BoardError, match=r"refused the job.*smaples"):
        list(follow(session.ready, an_order(session, job), Control(), lambda _: None))


def test_a_wish_to_stop_reaches_the_worker_after_a_cut(session: Session, server: Server) -> None:
    control = Control()
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Advanced) and event.done == 3:
            server.kill_logins()
        if isinstance(event, Advanced) and event.done == 5:
            control.cancel.set()

    carry_out(session, control, emit)
    rows = [e.measurement for e in events if isinstance(e, Closed)]
    assert len(rows) == 2
    done = [r.latency_ns.repetitions for r in rows if r.latency_ns]
    assert done
    assert max(done) < REPETITIONS


def test_patience_starts_anew_after_every_success(session: Session) -> None:
    patience = linking.Patience(session.ready.link, Control(), lambda _: None)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(linking, "WAITS_S", (0.0,))
    with monkey.context():
        for _ in range(3):
            patience.after(LinkError("cut"))
            patience.success()
        patience.after(LinkError("cut"))
        with pytest.raises(LinkError, match="cut"):
            patience.after(LinkError("cut"))
    monkey.undo()
