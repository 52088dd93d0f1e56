"""One board of the inventory, made ready; shared by the commands that ask a single board."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records.board import BoardEntry
    from harness.session.ready import Ready


def entry_of(name: str) -> BoardEntry:
    """Return the inventory entry called `name`; UnknownBoardError says how to add it."""
    from harness.boards.inventory import load_inventory
    from harness.suite.select import select

    inventory = load_inventory(None)
    return select([name], inventory.entries, looked_in=inventory.looked_in)[0]


def reach(name: str) -> Ready:
    """Connect, push the runner, say hello."""
    from harness.session.ready import make_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    return make_ready(entry_of(name), open_transport, runner)


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
