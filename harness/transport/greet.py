"""The first half of every SSH connection: TCP, greeting, key exchange; nobody is logged in here.

The only module that starts paramiko transports. Its errors become LinkError here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import paramiko

from harness.errors import BoardError, LinkError
from harness.transport import hostkeys
from harness.transport.dial import CountedWire, dial
from harness.transport.hostkeys import HostKey

if TYPE_CHECKING:
    from harness.transport.base import LinkSettings
    from harness.transport.link import Link
    from harness.transport.sshconfig import Hop

# paramiko logs what it also raises, tracebacks included; without a handler that reaches stderr
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# offered by paramiko for old servers; no server of the last ten years needs them
_DISABLED = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
}
# what OpenSSH says to those it turns away; others hang up without a word
_TURNED_AWAY = (b"Exceeded MaxStartups", b"Not allowed at this time")


class BusyError(LinkError):
    """The server hung up before it said who it is: too many at once (MaxStartups)."""


def greet(
    hop: Hop, through: Link | None, settings: LinkSettings, entries: tuple[hostkeys.Entry, ...]
) -> tuple[paramiko.Transport, CountedWire]:
    """Connect to `hop`, over TCP or `through` the hop before it, and exchange keys.

    Raises BusyError when the server hangs up on us, LinkError for everything else.
    """
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
        shown_key(transport)
    except Exception as error:  # noqa: BLE001 - paramiko raises bare Exceptions here too
        if transport is not None:
            transport.close()
        wire.close()
        raise _greeting_error(hop, error, wire, limit_s) from None
    return transport, wire


def _greeting_error(hop: Hop, error: Exception, wire: CountedWire, limit_s: float) -> BoardError:
    words = str(error) or type(error).__name__
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return LinkError(
            f"no common algorithm ({words})",
            where=hop.where,
            do="its SSH server offers only withdrawn ones (ssh-rsa with SHA-1?): update it there",
        )
    was_polite = wire.head.startswith((b"SSH-", *_TURNED_AWAY)) or not wire.head
    if wire.was_hung_up and was_polite:
        return BusyError(
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


def shown_key(transport: paramiko.Transport) -> HostKey:
    """Return the host key that the server proved to have."""
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.asbytes())
