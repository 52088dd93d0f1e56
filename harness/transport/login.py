"""Opens an authenticated SSH connection to a board, through its jump hosts, host keys checked.

The only module that starts paramiko transports. Its errors become LinkError or HostKeyError here.
"""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING

import paramiko

from harness.errors import BoardError, LinkError
from harness.transport import hostkeys
from harness.transport.dial import CountedWire, dial
from harness.transport.hostkeys import HostKey
from harness.transport.link import Link
from harness.transport.sshconfig import Hop, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from harness.records.board import BoardEntry
    from harness.transport.base import LinkSettings

# paramiko logs what it also raises, tracebacks included; without a handler that reaches stderr
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# offered by paramiko for old servers; no server of the last ten years needs them
_DISABLED = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
}
_BACK_OFF_S, _BACK_OFF_CAP_S = 0.4, 4.0


class _BusyError(LinkError):
    """The server hung up before it said who it is: too many at once (MaxStartups)."""


def connect(entry: BoardEntry, settings: LinkSettings) -> Link:
    """Return a logged-in, watched link to the board of `entry`.

    Raises LinkError when a hop cannot be reached or refuses the login, HostKeyError when a hop's
    key is unknown, changed or revoked.
    """
    hops = resolve(entry, settings)
    for attempt in range(settings.connect_attempts):
        try:
            return _connect(entry.name, hops, settings)
        except _BusyError:
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
        transport, _ = _greet(hops[-1], way, settings, _entries(settings))
        key = _shown_key(transport)
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
    try:
        for hop in hops:
            transport, wire = _greet(hop, link, settings, entries)
            # owned from here on: whatever fails next closes it and the hops before it
            link = Link(transport, wire, where=f"{board} ({hop.where})", below=link)
            key = _shown_key(transport)
            hostkeys.require_known(entries, hop.key_name, key, board=board, where=hop.where)
            _log_in(transport, hop)
            link.watch(settings)
    except BaseException:
        if link is not None:
            link.close()
        raise
    if link is None:
        raise LinkError("there is no hop to connect to", where=board, do="set `host:`")
    return link


def _greet(
    hop: Hop, through: Link | None, settings: LinkSettings, entries: tuple[hostkeys.Entry, ...]
) -> tuple[paramiko.Transport, CountedWire]:
    limit_s = settings.connect_timeout_s
    if through is None:
        wire = CountedWire(dial(hop.host, hop.port, limit_s))
    else:
        wire = CountedWire(through.tunnel(hop.host, hop.port, limit_s))
    transport: paramiko.Transport | None = None
    try:
        transport = paramiko.Transport(wire, disabled_algorithms=_DISABLED)  # type: ignore[arg-type]
        transport.banner_timeout = limit_s
        transport.auth_timeout = limit_s
        transport.channel_timeout = limit_s
        _prefer(transport, hostkeys.known(entries, hop.key_name))
        transport.start_client(timeout=limit_s)
        _shown_key(transport)
    except Exception as error:  # noqa: BLE001 - paramiko raises bare Exceptions here too
        if transport is not None:
            transport.close()
        wire.close()
        raise _greeting_error(hop, error, wire.received_bytes, limit_s) from None
    return transport, wire


def _greeting_error(hop: Hop, error: Exception, received: int, limit_s: float) -> BoardError:
    words = str(error) or type(error).__name__
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return LinkError(
            f"no common algorithm ({words})",
            where=hop.where,
            do="its SSH server offers only withdrawn ones (ssh-rsa with SHA-1?): update it there",
        )
    if isinstance(error, (EOFError, ConnectionError)) or ("banner" in words and received == 0):
        return _BusyError(
            f"the connection was closed before the SSH greeting ({words})",
            where=hop.where,
            do="too many logins at once (MaxStartups), or no SSH server on that port",
        )
    return LinkError(
        f"no SSH greeting within {limit_s:g} s ({words})",
        where=hop.where,
        do="is the board overloaded, or does something else listen on that port?",
    )


def _prefer(transport: paramiko.Transport, keys: tuple[HostKey, ...]) -> None:
    # a server with several keys shall show the one that is known
    options = transport.get_security_options()
    types = list(options.key_types)
    wanted = {name for key in keys for name in _signatures(key.key_type)}
    options.key_types = [t for t in types if t in wanted] + [t for t in types if t not in wanted]


def _signatures(key_type: str) -> tuple[str, ...]:
    return ("rsa-sha2-512", "rsa-sha2-256") if key_type == "ssh-rsa" else (key_type,)


def _shown_key(transport: paramiko.Transport) -> HostKey:
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.asbytes())


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
