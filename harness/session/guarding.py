"""Speaks with the guard on a board, and has given back what one that was killed left there.

Which mode is set, and when, is none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import EXIT_LEASED, LinkError

if TYPE_CHECKING:
    from harness.records.board import BoardEntry
    from harness.session.deploy import Deployed
    from harness.transport.base import Completed, Transport

_COMMAND_S = 300.0

_IS_LEFT = '[ -e "$1/guard.saved" ]'


def is_left(transport: Transport, deployed: Deployed) -> bool:
    """Say whether a guard is at work in our folder, or left its notes when it was killed."""
    return transport.run(["sh", "-c", _IS_LEFT, "sh", deployed.directory]).status == 0


def restore(transport: Transport, entry: BoardEntry, deployed: Deployed) -> tuple[bool, str]:
    """Give back what a killed guard left; whether that was done, else why not ("": one lives)."""
    done = call(transport, entry, deployed)
    if done.status == 0:
        return True, ""
    if done.status == EXIT_LEASED:
        return False, ""
    words = f"what a power mode changed is not given back yet: {words_of(done)}"
    return False, f"{words}; {fix(entry, done)}" if fix(entry, done) else words


def call(
    transport: Transport, entry: BoardEntry, deployed: Deployed, *ends: str, stdin: bytes = b""
) -> Completed:
    """Run the guard's verb with the rights that the board is to be had with.

    `ends` says when it gives back what `stdin` orders; without them it only restores. LinkError
    where it is unknown how it went.
    """
    rights = ["sudo", "-n"] if entry.become == "sudo-n" else []
    argv = [*rights, deployed.runner, "guard", deployed.directory, entry.root, *ends]
    done = transport.run(argv, stdin=stdin, timeout_s=_COMMAND_S)
    if done.status is None:
        raise LinkError("the link was lost while a power mode was set", where=entry.name)
    return done


def words_of(done: Completed) -> str:
    """Return what the guard said in one line, or its status."""
    words = done.stderr.decode(errors="replace").strip().removeprefix("runner: ")
    return " ".join(words.split())[-400:] or f"exit {done.status}"


def fix(entry: BoardEntry, done: Completed) -> str:
    """What to do about rights; "" when it is not about rights."""
    words = words_of(done)
    if entry.become == "sudo-n" and (words.startswith("sudo") or "sudo:" in words):
        return (
            "allow it in sudoers for exactly this program: `harness doctor"
            f" {entry.name}` prints the line"
        )
    if "ermission denied" in words:
        return "write `become: sudo-n` for this board in boards.yaml"
    return ""
