"""Make a board ready: connect, probe, push the runner, find sensors. No work is started."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from harness.boards.facts import facts as board_facts
from harness.boards.hello import parse_hello
from harness.boards.probe import Probe, probe
from harness.boards.provision import seek
from harness.boards.target import target_of
from harness.errors import HarnessError, LinkError
from harness.power.discover import discover
from harness.records.board import BoardEntry, BoardFacts
from harness.session.deploy import Deployed, deploy
from harness.session.guarding import is_left, restore
from harness.session.link import Link, Opener
from harness.toolchain.build import Binary
from harness.transport.base import Transport

RunnerFor = Callable[[str], Binary]
RETRY_AFTER_S = (1.0, 3.0)
# few at once: sshd's MaxStartups refuses a crowd
AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A board that answered, holds our runner and has told its facts."""

    facts: BoardFacts
    deployed: Deployed
    link: Link
    # makes the board ready anew over a re-opened link: after a reboot the runner may be gone
    again: Callable[[], Ready]
    notes: tuple[str, ...] = ()  # what had to be put right there first, in words

    @property
    def transport(self) -> Transport:
        """The way to the board as it is now; a lost one is replaced by `link.reopen`."""
        return self.link.current


def make_ready(
    entry: BoardEntry, opener: Opener, runner_for: RunnerFor, *, isa_mask: str = ""
) -> Ready:
    """Return the board ready for work; raises the error that says what is in the way.

    A link that fails is tried again: a board may just be waking up.
    """
    for pause_s in RETRY_AFTER_S:
        with suppress(LinkError):
            return _make_ready(entry, opener, runner_for, isa_mask)
        time.sleep(pause_s)
    return _make_ready(entry, opener, runner_for, isa_mask)


def make_all_ready(
    entries: list[BoardEntry], opener: Opener, runner_for: RunnerFor, *, isa_mask: str = ""
) -> dict[str, Ready | HarnessError]:
    """Make boards ready side by side; one that cannot stands as its error, the others go on."""

    def one(entry: BoardEntry) -> Ready | HarnessError:
        try:
            return make_ready(entry, opener, runner_for, isa_mask=isa_mask)
        except HarnessError as error:
            return error

    with ThreadPoolExecutor(max_workers=max(1, min(AT_ONCE, len(entries)))) as pool:
        return dict(zip((e.name for e in entries), pool.map(one, entries), strict=True))


def _make_ready(entry: BoardEntry, opener: Opener, runner_for: RunnerFor, isa_mask: str) -> Ready:
    link = Link(entry, opener)
    try:
        return _ready(link, entry, runner_for, isa_mask)
    except BaseException:
        link.close()
        raise


def _ready(link: Link, entry: BoardEntry, runner_for: RunnerFor, isa_mask: str) -> Ready:
    seen = probe(link.current, entry)
    binary = runner_for(target_of(seen))
    deployed = deploy(link.current, entry, binary.path, binary.sha256, isa_mask=isa_mask)
    notes = _tidied(link.current, entry, deployed)
    if notes:
        seen = probe(link.current, entry)
    seen = seen.with_runtimes(seek(link.current, deployed.directory))

    def again() -> Ready:
        link.reopen()
        return _ready(link, entry, runner_for, isa_mask)

    facts = _facts(entry, seen, deployed)
    return Ready(facts=facts, deployed=deployed, link=link, again=again, notes=notes)


def _tidied(transport: Transport, entry: BoardEntry, deployed: Deployed) -> tuple[str, ...]:
    """Give back what a guard that was killed had changed; one that lives is let be."""
    if not is_left(transport, deployed):
        return ()
    if not entry.tune:
        words = "a power mode that an earlier run had set is not given back yet"
        return (f"{words}: write `tune: true` for {entry.name} again, and run once more",)
    done, why = restore(transport, entry, deployed)
    if done:
        return ("an earlier guard of power modes was killed: what it had changed is given back",)
    return (why,) if why else ()


def _facts(entry: BoardEntry, seen: Probe, deployed: Deployed) -> BoardFacts:
    sensors, absent = discover(seen)
    return board_facts(entry, seen, parse_hello(deployed.hello), sensors, absent)
