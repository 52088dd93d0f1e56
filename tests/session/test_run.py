"""Which boards of a run take turns, and that all others run at once."""

from __future__ import annotations

from typing import Any

from harness.records.board import BoardEntry
from harness.session.deploy import Deployed
from harness.session.link import Link
from harness.session.order import Session
from harness.session.ready import Ready
from harness.session.run import groups
from tests.helpers.sessions import context, facts, hello


def session(name: str, *, boot: str = "b00t", emulated: str = "", **entry: Any) -> Session:
    """A session whose board is never asked anything."""
    board = facts(
        name, entry=BoardEntry(name=name, **entry), hello=hello(boot_id=boot), emulated=emulated
    )
    deployed = Deployed(directory="/d", runner="/d/runner", sha256="ab" * 32, lease="/l", hello={})
    link: Link = None  # type: ignore[assignment]

    def again() -> Ready:
        raise AssertionError

    ready = Ready(facts=board, deployed=deployed, link=link, again=again)
    return Session(ready=ready, context=context(board), works=())


def grouped(*sessions: Session) -> list[list[str]]:
    return [[s.ready.facts.name for s in group] for group in groups(sessions)]


def test_boards_of_different_machines_run_at_once() -> None:
    assert grouped(session("a", boot="1"), session("b", boot="2")) == [["a"], ["b"]]


def test_two_names_of_one_machine_take_turns() -> None:
    names = session("a", boot="1"), session("b", boot="2"), session("c", boot="1")
    assert grouped(*names) == [["a", "c"], ["b"]]


def test_a_declared_group_takes_turns() -> None:
    """Boards that share a supply or a host: the user knows, no board can tell."""
    names = session("a", boot="1", group="psu"), session("b", boot="2", group="psu")
    assert grouped(*names) == [["a", "b"]]


def test_emulated_boards_and_own_directories_are_machines_of_their_own() -> None:
    assert grouped(session("a", emulated="qemu"), session("b", emulated="qemu")) == [["a"], ["b"]]
    assert grouped(session("a", dir="/x"), session("b", dir="/y")) == [["a"], ["b"]]


def test_a_shared_directory_is_one_lease() -> None:
    assert grouped(session("a", dir="/x"), session("b", dir="/x")) == [["a", "b"]]
