"""Workers that are lost on the board: begun again once, then the board is left alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import QuarantinedError
from harness.records.attempts import current
from harness.records.board import BoardEntry
from harness.records.item import Protocol
from harness.records.measurement import Status
from harness.session import link as linking
from harness.session.carry_out import carry_out
from harness.session.events import Advanced, Began, Closed, Event, Failed, Note
from harness.session.link import Control
from harness.session.order import Session
from harness.session.ready import make_ready
from harness.transport.registry import open_transport
from tests.faults import runs
from tests.helpers import planted
from tests.helpers.sessions import real_session

if TYPE_CHECKING:
    from collections.abc import Iterator

REPETITIONS = 6
PROTOCOL = Protocol(
    repetitions_min=4,
    repetitions_max=REPETITIONS,
    samples=20,
    sample_min_ms=8.0,
    warmup_ms=20.0,
    precision=0.0001,
    budget_s=120.0,
)


def a_session(folder: Path, **keys: object) -> Session:
    """Two GEMMs on this machine, in a folder of its own."""
    entry = BoardEntry(name="board", dir=str(folder), **keys)  # type: ignore[arg-type]
    binary = planted.good()
    ready = make_ready(entry, open_transport, lambda _: binary)
    return real_session(ready, PROTOCOL, "w1a1", "w8a8")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = a_session(tmp_path)
    yield made
    made.ready.link.close()


def carried_out(session: Session, folder: Path, *deaths: tuple[int, int]) -> list[Event]:
    """Carry out; kill the worker of (attempt, after so many of its repetitions)."""
    events: list[Event] = []
    attempt = 0

    def emit(event: Event) -> None:
        nonlocal attempt
        events.append(event)
        if isinstance(event, Began):
            attempt = event.attempt
        if isinstance(event, Advanced) and (attempt, event.done) in deaths:
            runs.kill(runs.workers(folder))

    carry_out(session, Control(), emit)
    return events


def rows(events: list[Event]) -> list[Closed]:
    return [e for e in events if isinstance(e, Closed)]


def test_a_lost_worker_is_begun_again_and_both_attempts_are_kept(
    session: Session, tmp_path: Path
) -> None:
    events = carried_out(session, tmp_path, (1, 3))
    assert not [e for e in events if isinstance(e, Failed)]
    assert [e.attempt for e in events if isinstance(e, Began)] == [1, 2]
    first = [e.measurement for e in rows(events) if e.is_open]
    assert {(m.status, m.attempt) for m in first} == {(Status.INFRA, 1)}
    assert "died" in first[0].reasons[0].words
    final = current(e.measurement for e in rows(events))
    assert len(final) == 2
    assert {m.attempt for m in final.values()} == {2}
    assert {m.status for m in final.values()} <= {Status.OK, Status.SUSPECT}
    assert {m.latency_ns.repetitions for m in final.values() if m.latency_ns} == {REPETITIONS}


def test_enough_repetitions_before_the_loss_are_not_measured_again(
    session: Session, tmp_path: Path
) -> None:
    # five rounds are over: more than the protocol's least
    events = carried_out(session, tmp_path, (1, 11))
    assert [e.attempt for e in events if isinstance(e, Began)] == [1]
    assert not [e for e in rows(events) if e.is_open]
    done = [e.measurement.latency_ns for e in rows(events)]
    # the sixth may have been on its way
    assert all(x and x.repetitions >= 5 for x in done)


def test_a_board_that_keeps_failing_is_quarantined_and_what_it_proved_is_kept(
    session: Session, tmp_path: Path
) -> None:
    events = carried_out(session, tmp_path, (1, 5), (2, 1))
    (failed,) = [e for e in events if isinstance(e, Failed)]
    assert isinstance(failed.error, QuarantinedError)
    assert not failed.has_more
    final = current(e.measurement for e in rows(events))
    # two rounds of the first attempt were closed: a number, and words that it is a short one
    assert {(m.status, m.attempt) for m in final.values()} == {(Status.SUSPECT, 1)}
    reasons = {r.rule: r.words for m in final.values() for r in m.reasons}
    assert "quarantined" in reasons["partial"]
    assert re.search("after [23] repetitions", reasons["partial"])


def test_a_board_without_any_proof_is_infra(session: Session, tmp_path: Path) -> None:
    events = carried_out(session, tmp_path, (1, 1), (2, 1))
    final = current(e.measurement for e in rows(events))
    assert {m.status for m in final.values()} == {Status.INFRA}
    assert all("quarantined" in m.reasons[0].words for m in final.values())


def test_recover_gives_one_more_attempt_and_is_called_once(tmp_path: Path) -> None:
    called = tmp_path / "called"
    hook = f"{sys.executable} -c \"open('{called}', 'a').write('x')\""
    session = a_session(tmp_path / "b", recover=hook)
    events = carried_out(session, tmp_path / "b", (1, 1), (2, 1), (3, 1))
    session.ready.link.close()
    assert called.read_text() == "x"
    assert [e.attempt for e in events if isinstance(e, Began)] == [1, 2, 3]
    assert any(e.words.startswith("recovering:") for e in events if isinstance(e, Note))


def test_a_runner_that_is_gone_is_pushed_again(session: Session, tmp_path: Path) -> None:
    """What a reboot with the directory in memory looks like."""
    Path(session.ready.deployed.runner).unlink()
    events = carried_out(session, tmp_path)
    final = current(e.measurement for e in rows(events))
    assert {m.status for m in final.values()} <= {Status.OK, Status.SUSPECT}
    assert {m.attempt for m in final.values()} == {2}


def test_a_hook_that_fails_is_said_and_not_believed(tmp_path: Path) -> None:
    said: list[str] = []
    entry = BoardEntry(name="b", dir=str(tmp_path), recover="false")
    link = linking.Link(entry, open_transport)
    assert not link.recover(said.append)
    assert "ended with 1" in said[-1]
    assert not link.recover(said.append)
    link = linking.Link(BoardEntry(name="b", recover="no-such-program-here x"), open_transport)
    assert not link.recover(said.append)
    assert "failed" in said[-1]
