"""What `harness boards trust` and `add` need: the key a board shows, and believing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.transport import hostkeys
from harness.transport.hostkeys import HostKey, Verdict

if TYPE_CHECKING:
    from harness.records.board import BoardEntry
    from harness.transport.base import LinkSettings


@dataclass(frozen=True, kw_only=True)
class Presented:
    """The key a board shows now, the keys known of it, and what follows."""

    key_name: str
    key: HostKey
    known: tuple[HostKey, ...]
    verdict: Verdict


def look(entry: BoardEntry, settings: LinkSettings) -> Presented:
    """Ask a board for its host key without logging in; LinkError when it cannot be asked."""
    from harness.transport import login

    name, key = login.scan(entry, settings)
    entries = hostkeys.read((settings.known_hosts, *settings.believed_hosts))
    return Presented(
        key_name=name,
        key=key,
        known=hostkeys.known(entries, name),
        verdict=hostkeys.judge(entries, name, key),
    )


def accept(presented: Presented, settings: LinkSettings) -> None:
    """Believe the key from now on; HostKeyError when it is revoked or cannot be written down."""
    if presented.verdict is Verdict.REVOKED:
        entries = hostkeys.read((settings.known_hosts, *settings.believed_hosts))
        name = presented.key_name
        hostkeys.require_known(entries, name, presented.key, board=name, where=name)
    hostkeys.trust(settings.known_hosts, presented.key_name, presented.key)
