"""Opens an authenticated SSH connection to a board, through its jump hosts, host keys checked.

paramiko's errors become LinkError or HostKeyError here.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import paramiko

from harness.errors import LinkError
from harness.transport import hostkeys
from harness.transport.gate import gate_of
from harness.transport.greet import BusyError, greet, shown_key
from harness.transport.link import Link
from harness.transport.sshconfig import Hop, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from harness.records.board import BoardEntry
    from harness.transport.base import LinkSettings
    from harness.transport.hostkeys import HostKey

_BACK_OFF_S, _BACK_OFF_CAP_S = 0.4, 4.0


def connect(entry: BoardEntry, settings: LinkSettings) -> Link:
    """Return a logged-in, watched link to the board of `entry`.

    Raises LinkError when a hop cannot be reached or refuses the login, HostKeyError when a hop's
    key is unknown, changed or revoked.
    """
    hops = resolve(entry, settings)
    for attempt in range(settings.connect_attempts):
        try:
            return _connect(entry.name, hops, settings)
        except BusyError:
            if attempt + 1 == settings.connect_attempts:
                raise
            # jittered: boards behind one jump host must not come back all at once
            pause_s = min(_BACK_OFF_S * 2**attempt, _BACK_OFF_CAP_S)
            time.sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    raise LinkError("no attempt to connect was allowed", where=entry.name, do="settings")


def scan(entry: BoardEntry, settings: LinkSettings) -> tuple[str, HostKey]:
    """Return the name under which the board's key is kept and the key it shows; no login there.

    Jump hosts on the way are logged into, so their keys must be known already.
    """
    hops = resolve(entry, settings)
    way = _connect(entry.name, hops[:-1], settings) if len(hops) > 1 else None
    try:
        transport, _ = greet(hops[-1], way, settings, _entries(settings))
        key = shown_key(transport)
        transport.close()
    finally:
        if way is not None:
            way.close()
    return hops[-1].key_name, key


def _entries(settings: LinkSettings) -> tuple[hostkeys.Entry, ...]:
    return hostkeys.read((settings.known_hosts, *settings.believed_hosts))


def _connect(board: str, hops: tuple[Hop, ...], settings: LinkSettings) -> Link:
    entries = _entries(settings)
    link: Link | None = None
    way: tuple[str, ...] = ()
    try:
        for hop in hops:
            way = (*way, f"{hop.host}:{hop.port}")
            with gate_of(way).passing():
                transport, wire = greet(hop, link, settings, entries)
                # owned from here on: whatever fails next closes it and the hops before it
                link = Link(transport, wire, where=f"{board} ({hop.where})", below=link)
                key = shown_key(transport)
                hostkeys.require_known(entries, hop.key_name, key, board=board, where=hop.where)
                _log_in(transport, hop)
            link.watch(settings)
    except BaseException as error:
        if isinstance(error, BusyError):
            gate_of(way).narrow()
        if link is not None:
            link.close()
        raise
    if link is None:
        raise LinkError("there is no hop to connect to", where=board, do="set `host:`")
    return link


def _log_in(transport: paramiko.Transport, hop: Hop) -> None:
    refused: list[str] = []
    for file in hop.identities:
        key = _load(file)
        if isinstance(key, str):
            refused.append(f"{file}: {key}")
            continue
        try:
            if not transport.auth_publickey(hop.user, key):
                return
            refused.append(f"{file}: the server wants more than a key")
        except Exception as error:  # noqa: BLE001 - paramiko raises bare Exceptions here too
            if not transport.is_active():
                raise LinkError(
                    f"the connection was lost at login ({str(error) or type(error).__name__})",
                    where=hop.where,
                    do="too many keys tried? name one with `identity:`",
                ) from None
            refused.append(f"{file}: refused")
    raise LinkError(
        "login refused (" + ("; ".join(refused) or "no private key was found") + ")",
        where=hop.where,
        do=f"put your public key on it: ssh-copy-id -p {hop.port} {hop.user}@{hop.host}",
    )


def _load(file: Path) -> paramiko.PKey | str:
    try:
        return paramiko.PKey.from_path(str(file))
    except (paramiko.PasswordRequiredException, TypeError):
        return "has a passphrase; use a key without, just for boards"
    except OSError as error:
        return error.strerror or "cannot be read"
    except Exception:  # noqa: BLE001 - cryptography and paramiko have a dozen ways to say no
        return "is no private key that can be used"
