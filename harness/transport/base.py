"""What every way to a board promises, and how long it may take; no way is implemented here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.records.board import BoardEntry


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A command that ended. `status` None: it was killed, or nobody knows how it ended."""

    argv: tuple[str, ...]
    status: int | None
    stdout: bytes
    stderr: bytes


class Stream(Protocol):
    """A running command whose lines are read as they come."""

    def lines(self) -> Iterator[bytes]:
        """Yield stdout lines, newline kept; a last piece without newline is yielded too.

        Ends when the command has ended with an exit status; raises LinkError when the link was
        lost or the command ended without one.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send a few bytes to a command that was started `live`; LinkError when it is gone."""
        ...

    def status(self) -> int | None:
        """Return the exit status once `lines` has ended; None before, and when unknown."""
        ...

    def stderr(self) -> bytes:
        """Return what came on stderr so far, capped."""
        ...

    def close(self) -> None:
        """Stop reading; may be called from another thread and more than once."""
        ...


class Transport(Protocol):
    """A way to one board. One command at a time per thread; threads may share it."""

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Run a command to its end; LinkError when the link is lost or the time is over."""
        ...

    def stream(self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False) -> Stream:
        """Start a command and read its lines as they come; it has no time limit.

        `live` keeps its stdin open for `Stream.write`, until the stream is closed.
        """
        ...

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Bring `data` to `path` at once or not at all, its sha256 verified there; PushError."""
        ...

    def close(self) -> None:
        """Give the way up; what runs on the board goes on."""
        ...


def own_known_hosts() -> Path:
    """Return where the harness keeps the host keys that the user trusted."""
    base = os.environ.get("HARNESS_CONFIG")
    folder = Path(base) if base else Path.home() / ".config" / "harness"
    return folder / "known_hosts"


def user_known_hosts() -> tuple[Path, ...]:
    """Return the files of ssh that are believed too; they are never written."""
    return (Path.home() / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts"))


@dataclass(frozen=True, kw_only=True)
class LinkSettings:
    """Limits in seconds, and the files that say whom to believe."""

    connect_timeout_s: float = 10.0
    connect_attempts: int = 8  # at a server that turns logins away; about 15 s in all
    command_timeout_s: float = 30.0
    # A dead board is noticed after at most their sum; a ping wakes the board, so not more often.
    ping_interval_s: float = 5.0
    ping_timeout_s: float = 6.0
    known_hosts: Path = field(default_factory=own_known_hosts)
    believed_hosts: tuple[Path, ...] = field(default_factory=user_known_hosts)
    # None: the user's ssh configuration; a path: that file; "none": no configuration
    ssh_config: str | None = None


Opener = Callable[[BoardEntry, LinkSettings], Transport]
