"""The table of ways to a board, and the one function that picks from it."""

from __future__ import annotations

from pathlib import Path
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


def _replay(entry: BoardEntry, _settings: LinkSettings) -> Transport:
    from harness.transport.replay import PREFIX, ReplayTransport

    return ReplayTransport(Path((entry.host or "").removeprefix(PREFIX)))


TRANSPORTS: dict[str, Opener] = {"local": _local, "ssh": _ssh, "replay": _replay}


def open_transport(entry: BoardEntry, settings: LinkSettings | None = None) -> Transport:
    """Open the way to a board: `local` where the entry has no host, else `ssh`.

    A host `replay:FOLDER` answers from a recording. Raises LinkError (refused, silent, no login)
    or HostKeyError (unknown or changed key).
    """
    kind = "local" if entry.host is None else "ssh"
    if entry.host is not None and entry.host.startswith("replay:"):
        kind = "replay"
    return TRANSPORTS[kind](entry, settings or LinkSettings())
