"""Boards of the inventory, made ready: one for the commands that ask it, or all of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.commands.console import note
from harness.errors import EXIT_USAGE, HarnessError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.board import BoardEntry
    from harness.session.ready import Ready
    from harness.toolchain.build import Binary


def entry_of(name: str) -> BoardEntry:
    """Return the inventory entry called `name`; UnknownBoardError says how to add it."""
    from harness.boards.inventory import load_inventory
    from harness.suite.select import select

    inventory = load_inventory(None)
    return select([name], inventory.entries, looked_in=inventory.looked_in)[0]


def reach(name: str) -> Ready:
    """Connect, push the runner, say hello."""
    return reach_entry(entry_of(name))


def reach_entry(entry: BoardEntry) -> Ready:
    """Do the same to a board whose entry is at hand."""
    from harness.session.ready import make_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    return make_ready(entry, open_transport, runner)


def reach_all(
    entries: Sequence[BoardEntry], *, isa_mask: str = ""
) -> tuple[list[Ready], dict[str, HarnessError]]:
    """Make boards ready side by side; returns those that are, and why the others are not.

    Raises what is the user's own fault (a wrong option, a missing tool): no board is kept then.
    """
    from harness.session.ready import Ready, make_all_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    def runner_for(target: str) -> Binary:
        return runner(target, progress=note)

    found = make_all_ready(list(entries), open_transport, runner_for, isa_mask=isa_mask)
    away = {name: r for name, r in found.items() if isinstance(r, HarnessError)}
    for name, error in away.items():
        note(f"{name}: {error}")
    reached = [r for r in found.values() if isinstance(r, Ready)]
    for one in reached:
        for words in one.notes:
            note(f"{one.facts.name}: {words}")
    for error in away.values():
        if error.exit_code == EXIT_USAGE:
            for one in reached:
                one.link.close()
            raise error
    return reached, away


def this_target() -> str:
    """Return the target of this machine; ToolchainError when there is none."""
    import platform

    from harness.boards.target import TARGETS
    from harness.errors import ToolchainError

    machine = platform.machine()
    if machine not in TARGETS:
        raise ToolchainError(
            f"no target for machine {machine!r}", do=f"one of {', '.join(TARGETS)}"
        )
    return TARGETS[machine]
