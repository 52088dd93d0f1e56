"""Servers and boards for tests, and the rule that with CI=true no test is skipped unnoticed."""

from __future__ import annotations

import contextlib
import fnmatch
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers import sshd as servers
from tests.helpers import virtual

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_ALLOWED = Path(__file__).parent / "allowed_skips.txt"
# what a release stands on; no line may excuse these
_NEVER = ("sshd", "dropbear", "emulated board", "qemu", "foreign root", "weights", "SqueezeNet")


@pytest.fixture(scope="session")
def openssh_server() -> Iterator[servers.Server]:
    """A real OpenSSH server on 127.0.0.1, shared by all tests that do not harm it."""
    with servers.openssh() as server:
        yield server


@pytest.fixture(scope="session")
def dropbear_server() -> Iterator[servers.Server]:
    """A real dropbear on 127.0.0.1, shared by all tests that do not harm it."""
    with servers.dropbear() as server:
        yield server


@pytest.fixture(scope="session")
def virtual_board() -> Iterator[Callable[[str], virtual.VirtualBoard]]:
    """Return `board(arch)`: one emulated board for each architecture, started when first asked."""
    with contextlib.ExitStack() as stack:
        boards: dict[str, virtual.VirtualBoard] = {}

        def board(arch: str) -> virtual.VirtualBoard:
            if arch not in boards:
                boards[arch] = stack.enter_context(virtual.VirtualBoard(arch))
            return boards[arch]

        yield board


def excuse(nodeid: str, reason: str, allowed: str) -> bool:
    """Say whether a line `nodeid-glob: reason-substring` of `allowed` excuses a skip."""
    if any(word.lower() in reason.lower() for word in _NEVER):
        return False
    for line in allowed.splitlines():
        # the first ": " parts the two; a node id holds "::" but never a colon and a space
        glob, colon, words = line.partition(": ")
        if line.startswith("#") or not colon or not words.strip():
            continue
        if fnmatch.fnmatchcase(nodeid, glob.strip()) and words.strip() in reason:
            return True
    return False


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    # of a skip, longrepr is (file, line, "Skipped: why")
    where = report.longrepr
    return str(where[2]) if isinstance(where, tuple) else str(where)


def _judge(report: pytest.CollectReport | pytest.TestReport) -> None:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = _reason(report)
    if not excuse(report.nodeid, reason, _ALLOWED.read_text()):
        report.outcome = "failed"
        report.longrepr = f"skipped, and {_ALLOWED.name} does not excuse it: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true, turn a skip that is not excused into a failure."""
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for modules that skip themselves while they are collected."""
    report = yield
    _judge(report)
    return report
