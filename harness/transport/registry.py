"""The table of ways to a board, and the one function that picks from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.transport.base import LinkSettings, Opener, Transport

if TYPE_CHECKING:
    from harness.records.board import BoardEntry


def _local(_entry: BoardEntry, _settings: LinkSettings) -> Transport:
    from harness.transport.local import LocalTransport

    return LocalTransport()


def _ssh(entry: BoardEntry, settings: LinkSettings) -> Transport:
    from harness.transport.ssh import SshTransport

    return SshTransport(entry, settings)


TRANSPORTS: dict[str, Opener] = {"local": _local, "ssh": _ssh}


def open_transport(entry: BoardEntry, settings: LinkSettings | None = None) -> Transport:
    """Open the way to a board: `local` where the entry has no host, else `ssh`.

    Raises LinkError (refused, silent, no login) or HostKeyError (unknown or changed key).
    """
    kind = "local" if entry.host is None else "ssh"
    return TRANSPORTS[kind](entry, settings or LinkSettings())
